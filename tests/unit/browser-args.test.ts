import { describe, expect, it } from 'vitest';
import { chromiumArgs, mergeLists } from '@/server/whatsapp/browser-args';

const args = (extra: string[]): string[] => chromiumArgs({ profileDir: '/p', extra, userAgent: 'UA' });
const values = (all: string[], flag: string): string[] => all.filter((arg) => arg.startsWith(`${flag}=`));

describe("Chromium's command line", () => {
  it('has one flag for disabled features, with ours and the given ones', () => {
    const [flag, ...others] = values(
      args(['--disable-features=LocalNetworkAccessChecks,Translate']),
      '--disable-features',
    );
    expect(others).toEqual([]);
    expect(flag).toMatch(/MediaRouter/);
    expect(flag).toMatch(/LocalNetworkAccessChecks/);
    expect(flag?.match(/Translate/g)).toHaveLength(1);
  });

  it('joins lists and leaves the rest, with later values last', () => {
    expect(mergeLists(['--a', '--enable-features=X', '--lang=es', '--enable-features=Y,X', '--lang=en'])).toEqual([
      '--a',
      '--enable-features=X,Y',
      '--lang=es',
      '--lang=en',
    ]);
  });

  it('keeps the profile and the debugging pipe in our hands', () => {
    const all = args(['--user-data-dir=/other', '--remote-debugging-port=9222', '--headless=old', '--lang=es']);
    expect(values(all, '--user-data-dir')).toEqual(['--user-data-dir=/p']);
    expect(all.some((arg) => arg.startsWith('--remote-debugging-port'))).toBe(false);
    expect(all).toContain('--lang=es');
    expect(all.at(-1)).toBe('about:blank');
  });

  it("turns Chromium's sandbox off only for root, or when told to", () => {
    expect(args([]).includes('--no-sandbox')).toBe(process.getuid?.() === 0);
    expect(args(['--no-sandbox'])).toContain('--no-zygote');
  });
});
