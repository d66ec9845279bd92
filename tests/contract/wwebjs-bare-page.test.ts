import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lookUpBrowser } from '@/server/whatsapp/browser-lookup';
import { createWwebjsEngine } from '@/server/whatsapp/wwebjs';
import { barePage } from './bare-page';
import { startSubject } from './subject';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'omniwp-bare-'));
  await mkdir(join(root, 'pages'));
  await writeFile(join(root, 'pages', 'bare.html'), barePage);
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('needs nothing of the page beyond what the library itself asks for', async () => {
  const { CHROMIUM_PATH, PUPPETEER_EXECUTABLE_PATH } = process.env;
  const browser = await lookUpBrowser({ CHROMIUM_PATH, PUPPETEER_EXECUTABLE_PATH }, 0);
  const factory = createWwebjsEngine({
    executablePath: browser.path,
    browserMajor: browser.major,
    browserEnv: browser.env,
    chromiumArgs: [],
    webVersion: 'bare',
    webCachePath: join(root, 'pages'),
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const { engine, log } = await startSubject({ factory, newProfile: () => join(root, 'profile') });
  try {
    const shown = await log.state('pairing');
    expect(shown.data).toBe('bare-ref,AAAA,AAAA,secret,1');
    expect(await log.state('ready')).toMatchObject({ kind: 'ready', phone: '+34600111222', name: 'Bare' });
    expect(await log.message('hola')).toMatchObject({ direction: 'inbound', phone: '+34700111222', pushName: 'Ana' });
    const resolved = await engine.resolve('+34700111222');
    expect(resolved).toEqual({ chatId: '34700111222@c.us', phone: '+34700111222' });
    if (!resolved) return;
    const sent = await engine.send(resolved.chatId, { kind: 'text', text: 'mira https://example.com' });
    expect(sent).toMatchObject({ direction: 'outbound', text: 'mira https://example.com' });
    await log.ack(sent.id, 'sent');
    // What cannot be listed is not empty: nobody may take it for "nothing was missed".
    const lacking = { code: 'UNSUPPORTED', left: 'no' };
    await expect(engine.chats?.(10)).rejects.toMatchObject(lacking);
    await expect(engine.history?.(resolved.chatId, 10)).rejects.toMatchObject(lacking);
    await expect(engine.markRead?.(resolved.chatId)).rejects.toMatchObject(lacking);
    // A page that loads itself anew is taken over again, without a word.
    await engine.send(resolved.chatId, { kind: 'text', text: 'reload' });
    await log.message('otra vez');
    await engine.send(resolved.chatId, { kind: 'text', text: 'sigo aquí' });
    expect(log.messages()).toHaveLength(2);
    expect(log.states().filter(({ kind }) => kind === 'ready')).toHaveLength(1);
  } finally {
    await engine.stop();
  }
});
