import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { DeadlineError, within } from '@/server/whatsapp/wwebjs-deadline';
import { isLibraryRejection } from '@/server/whatsapp/wwebjs-rejections';

const never = new Promise<never>(() => undefined);

describe('a wait', () => {
  it('settles as its work does, and leaves nothing on the signal', async () => {
    const { signal } = new AbortController();
    expect(await within(1000, 'x', Promise.resolve(7), signal)).toBe(7);
    await expect(within(1000, 'x', Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('ends at its deadline', async () => {
    await expect(within(5, 'probe', never)).rejects.toBeInstanceOf(DeadlineError);
  });

  it('ends with the engine, also where that has ended before', async () => {
    const abort = new AbortController();
    const waiting = within(1000, 'x', never, abort.signal);
    abort.abort(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
    await expect(within(1000, 'x', never, abort.signal)).rejects.toThrow('over');
  });
});

describe('the guard against rejections that the library leaves behind', () => {
  const thrownAt = (frame: string, name = 'Error'): Error => {
    const error = new Error('x');
    error.name = name;
    error.stack = `${name}: x\n    at f (${frame})\n    at g (/app/server/main.ts:1:1)`;
    return error;
  };

  it('knows them', () => {
    expect(isLibraryRejection('auth timeout')).toBe(true);
    expect(isLibraryRejection(thrownAt('/app/node_modules/whatsapp-web.js/src/Client.js:1:1'))).toBe(true);
    expect(isLibraryRejection(thrownAt('/app/node_modules/puppeteer-core/lib/cjs/x.js:1:1'))).toBe(true);
    expect(isLibraryRejection(thrownAt('/app/x.js:1:1', 'TargetCloseError'))).toBe(true);
  });

  it('leaves every other one alone, also when the library called it', () => {
    expect(isLibraryRejection('another string')).toBe(false);
    expect(isLibraryRejection(undefined)).toBe(false);
    expect(isLibraryRejection(new TypeError('x'))).toBe(false);
    const ours = thrownAt('/app/server/whatsapp/ingest.ts:1:1');
    ours.stack += '\n    at h (/app/node_modules/whatsapp-web.js/src/Client.js:1:1)';
    expect(isLibraryRejection(ours)).toBe(false);
  });
});
