import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBrowser } from '@/scripts/find/browser.mjs';
import { lookUpBrowser } from '@/server/whatsapp/browser-lookup';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'omniwp-lookup-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A program that answers `--version` as a browser does. */
async function fakeBrowser(path: string, script: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

describe('the browser lookup', () => {
  it('finds one on this machine that answers its version', async () => {
    const found = await lookUpBrowser({}, 0);
    expect(found.version).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(found.major).toBe(Number.parseInt(found.version, 10));
  });

  it('never takes a wrapper script of the system', async () => {
    expect((await findBrowser()).path).not.toMatch(/^\/usr\/bin\//);
  });

  it('uses the named one, CHROMIUM_PATH before PUPPETEER_EXECUTABLE_PATH', async () => {
    const [first, second] = [
      await fakeBrowser('one', 'echo Chromium 200.1.2.3'),
      await fakeBrowser('two', 'echo Google Chrome 201.1.2.3'),
    ];
    expect(await lookUpBrowser({ CHROMIUM_PATH: first, PUPPETEER_EXECUTABLE_PATH: second }, 0)).toMatchObject({
      path: first,
      version: '200.1.2.3',
      major: 200,
    });
    expect(await lookUpBrowser({ PUPPETEER_EXECUTABLE_PATH: second }, 0)).toMatchObject({ path: second, major: 201 });
  });

  it.each([
    ['does not exist', 'nowhere'],
    ['does not start', 'broken'],
  ])('refuses a named one that %s, and looks no further', async (words, path) => {
    await fakeBrowser('broken', 'exit 1');
    const lookup = lookUpBrowser({ CHROMIUM_PATH: join(folder, path) }, 0);
    await expect(lookup).rejects.toMatchObject({ code: 'BROWSER_OVERRIDE' });
    await expect(lookup).rejects.toThrow(words);
  });

  it('gives one that hangs ten seconds, no more', async () => {
    const path = await fakeBrowser('hangs', 'exec sleep 60');
    const start = Date.now();
    await expect(lookUpBrowser({ CHROMIUM_PATH: path }, 0)).rejects.toThrow('does not start');
    expect(Date.now() - start).toBeLessThan(15_000);
  });

  it('refuses one that is older than the newest that opened a profile, named or found', async () => {
    const old = await fakeBrowser('old', 'echo Chromium 148.0.0.0');
    await expect(lookUpBrowser({ CHROMIUM_PATH: old }, 149)).rejects.toMatchObject({ code: 'BROWSER_TOO_OLD' });
    await expect(lookUpBrowser({}, 9999)).rejects.toThrow(/would silently lose the link/);
    expect(await lookUpBrowser({ CHROMIUM_PATH: old }, 148)).toMatchObject({ major: 148 });
  });

  it('takes our own unpacked one, with its libraries and fonts, when it is the new enough one', async () => {
    const path = await fakeBrowser('chromium-153/chromium', 'echo Chromium 9998.0.0.0');
    await writeFile(join(folder, 'chromium-153', 'ready-with-libs'), '');
    expect(await findBrowser({ named: {}, minMajor: 9998, cache: folder })).toMatchObject({
      path,
      major: 9998,
      env: {
        FONTCONFIG_FILE: join(folder, 'chromium-153', 'fonts.conf'),
        LD_LIBRARY_PATH: expect.stringContaining(join(folder, 'chromium-153', 'lib')),
      },
    });
  });
});
