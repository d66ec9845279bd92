import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineFactory } from '@/server/whatsapp/engine';
import type { WwebjsDeps } from '@/server/whatsapp/wwebjs-settings';
import type { PageSwitches } from '@/tests/support/sandbox';
import { type People, sleep } from './harness';
import { createSandboxHarness, type SandboxHarness } from './sandbox-harness';
import { connect, type Subject, startSubject } from './subject';

/** What goes wrong around whatsapp-web.js, each provoked on purpose: every time one state with a reason, and no process left. */
describe('the whatsapp-web.js engine when something goes wrong', () => {
  let harness: SandboxHarness;
  let people: People;
  const subjects: Subject[] = [];

  beforeAll(async () => {
    harness = await createSandboxHarness('today', { qrSeconds: 1, qrCount: 3 });
  });
  afterEach(async () => {
    const all = subjects.splice(0);
    for (const { engine } of all) await engine.stop();
    for (const { profileDir } of all) expect(await harness.processesOn(profileDir)).toBe(0);
  });
  afterAll(() => harness.close());

  async function start(factory: EngineFactory = harness.factory, profileDir = harness.newProfile()): Promise<Subject> {
    const subject = await startSubject({ factory, newProfile: harness.newProfile }, profileDir);
    subjects.push(subject);
    return subject;
  }
  async function linked(more: Partial<WwebjsDeps> & { switches?: PageSwitches } = {}): Promise<Subject> {
    people = await harness.createPeople();
    return connect(harness, await start(await harness.factoryWith(more)), people);
  }
  async function crash(more: Partial<WwebjsDeps> & { switches?: PageSwitches }, profileDir?: string) {
    const { log } = await start(await harness.factoryWith(more), profileDir);
    return (await log.state('crashed')).reason;
  }

  it('says that nobody scanned when the page stops showing codes', async () => {
    const { log } = await start();
    expect((await log.state('offline')).reason.code).toBe('PAIRING_IDLE');
    const codes = new Set(log.states().flatMap((state) => (state.kind === 'pairing' ? [state.data] : [])));
    // A busy machine may come too late for the first.
    expect([2, 3]).toContain(codes.size);
  });

  it('gives up on a login that never gets ready', async () => {
    people = await harness.createPeople();
    const factory = await harness.factoryWith({ switches: { neverSynced: true }, deadlines: { readyMs: 1500 } });
    const { log } = await start(factory);
    await harness.scan(people.own, (await log.state('pairing')).data);
    const { reason } = await log.state('crashed');
    expect(reason.code).toBe('READY_TIMEOUT');
    expect(reason.detail).toContain('CONNECTED');
  });

  it('is ready once, however often the page says so, and works on after a lost connection', async () => {
    const { engine, log } = await linked({ switches: { resyncOnReconnect: true } });
    for (let i = 0; i < 2; i += 1) {
      await harness.sandbox.dropConnections(people.own.phone);
      await harness.pause();
    }
    await harness.say(people.contact, people.own, 'después');
    await log.message('después');
    const chat = await engine.resolve(people.contact.phone);
    if (chat) await engine.send(chat.chatId, { kind: 'text', text: 'hola' });
    await harness.pause();
    expect(log.states().filter(({ kind }) => kind === 'ready')).toHaveLength(1);
    expect(log.messages().map(({ text }) => text)).toEqual(['después']);
  });

  it('confirms the dialog about what is new, for which the phone would unlink it', async () => {
    const { log } = await linked({ switches: { whatsNewMs: 1500 } });
    await sleep(2500);
    expect(log.states().at(-1)?.kind).toBe('ready');
    expect(await harness.isLinked(people.own)).toBe(true);
  });

  it('says that a person has to see to a dialog that stays, before the phone unlinks it', async () => {
    const switches = { whatsNewMs: 8_000, stubbornNews: true };
    const { log, engine, profileDir } = await linked({ switches, deadlines: { newsMs: 2_000 } });
    const { reason } = await log.state('offline', undefined, 6_000);
    expect(reason.code).toBe('ACTION_REQUIRED');
    await engine.stop();
    expect(await harness.isLinked(people.own)).toBe(true);
    const again = await start(harness.factory, profileDir);
    expect((await again.log.state('ready')).phone).toBe(people.own.phone);
  });

  it('finds what the page tells nobody of, and tells it once', async () => {
    const { log } = await linked({ switches: { muteMessages: true }, deadlines: { probeMs: 300 } });
    await harness.say(people.contact, people.own, 'nadie avisa');
    expect(await log.message('nadie avisa')).toMatchObject({ direction: 'inbound', phone: people.contact.phone });
    await harness.say(people.own, people.contact, 'del teléfono');
    await log.message('del teléfono');
    await sleep(1500);
    expect(log.messages().map(({ text }) => text)).toEqual(['nadie avisa', 'del teléfono']);
  });

  it('says that the connection is lost when it stays away, and is back without a QR when it is', async () => {
    const { log, engine, profileDir } = await linked({ deadlines: { connectionMs: 1000, pollMs: 100 } });
    const began = Date.now();
    await harness.sandbox.kill();
    try {
      expect((await log.state('offline')).reason.code).toBe('CONNECTION_LOST');
      expect(Date.now() - began).toBeLessThan(3000);
      await engine.stop();
      const offline = await start(await harness.factoryWith({ deadlines: { startMs: 2000 } }), profileDir);
      expect((await offline.log.state('offline')).reason.code).toBe('CONNECTION_LOST');
      await offline.engine.stop();
    } finally {
      await harness.sandbox.restart();
    }
    const again = await start(harness.factory, profileDir);
    expect((await again.log.state('ready')).phone).toBe(people.own.phone);
    expect(again.log.states().map(({ kind }) => kind)).not.toContain('pairing');
  });

  it('gives way to another browser on the same link, which stays, and can take it back', async () => {
    const first = await linked();
    await first.engine.stop();
    const copy = harness.newProfile();
    await cp(first.profileDir, copy, { recursive: true });
    const mine = await start(harness.factory, first.profileDir);
    await mine.log.state('ready');
    const theirs = await start(harness.factory, copy);
    await theirs.log.state('ready');
    expect((await mine.log.state('offline', undefined, 5000)).reason.code).toBe('CONFLICT');
    await mine.engine.stop();
    const back = await start(harness.factory, first.profileDir);
    await back.log.state('ready');
    expect((await theirs.log.state('offline', undefined, 5000)).reason.code).toBe('CONFLICT');
    expect(await harness.isLinked(people.own)).toBe(true);
  });

  it.each(['SIGKILL', 'SIGSEGV'] as const)(
    'says when the renderer dies (%s), and ends the call that waits',
    async (signal) => {
      const { log, engine, profileDir } = await linked();
      const renderer = (await harness.rowsOn(profileDir)).find((row) => row.command.includes('--type=renderer'));
      if (!renderer) throw new Error('there is no renderer');
      process.kill(renderer.pid, 'SIGSTOP');
      const sending = engine.send(harness.anyChat, { kind: 'text', text: 'x' });
      sending.catch(() => undefined);
      process.kill(renderer.pid, signal);
      // SIGKILL needs no waking, and what it killed may be gone by now
      if (signal !== 'SIGKILL') process.kill(renderer.pid, 'SIGCONT');
      expect((await log.state('crashed', undefined, 5000)).reason.code).toBe('PAGE_DIED');
      await expect(sending).rejects.toMatchObject({ left: 'unknown' });
    },
  );

  it('gives up on a page that turns in a loop; later while it has work of ours, and never on a busy one', async () => {
    const deadlines = { deafMs: 1500, probeMs: 200, endMs: 500 };
    const { log, engine, profileDir } = await linked({ deadlines });
    await harness.sandbox.hangPages(people.own.phone, 1000);
    await sleep(2000);
    expect(log.states().at(-1)?.kind).toBe('ready');
    await harness.sandbox.hangPages(people.own.phone, 2300);
    const history = engine.history?.(harness.anyChat, 10);
    expect(await history).toEqual([]);
    expect(log.states().at(-1)?.kind).toBe('ready');
    const began = Date.now();
    await harness.sandbox.hangPages(people.own.phone, 60_000);
    expect((await log.state('crashed', undefined, 8000)).reason.code).toBe('PAGE_DIED');
    expect(Date.now() - began).toBeLessThan(5000);
    await engine.stop();
    expect(await harness.processesOn(profileDir)).toBe(0);
    const again = await start(harness.factory, profileDir);
    expect((await again.log.state('ready')).phone).toBe(people.own.phone);
  });

  it('waits for a busy page, and gives up on a deaf one', async () => {
    const { log, profileDir } = await linked({ deadlines: { deafMs: 1500, probeMs: 200, endMs: 500 } });
    const rows = await harness.rowsOn(profileDir);
    for (const row of rows) process.kill(row.pid, 'SIGSTOP');
    await harness.pause();
    for (const row of rows) process.kill(row.pid, 'SIGCONT');
    await harness.pause();
    expect(log.states().at(-1)?.kind).toBe('ready');
    for (const row of rows) process.kill(row.pid, 'SIGSTOP');
    expect((await log.state('crashed')).reason.code).toBe('PAGE_DIED');
  });

  it('logs out of a page that gives no answer in time, and says that WhatsApp was not told', async () => {
    const { engine, profileDir } = await linked({ deadlines: { logoutMs: 1000, endMs: 500 } });
    for (const row of await harness.rowsOn(profileDir)) process.kill(row.pid, 'SIGSTOP');
    expect(await engine.logout()).toEqual({ unlinked: false });
    expect(await harness.processesOn(profileDir)).toBe(0);
    expect(await harness.isLinked(people.own)).toBe(true);
  });

  it('ends a browser that does not listen', async () => {
    const { engine, profileDir } = await linked({ deadlines: { endMs: 500 } });
    for (const row of await harness.rowsOn(profileDir)) process.kill(row.pid, 'SIGSTOP');
    const began = Date.now();
    await engine.stop();
    expect(Date.now() - began).toBeLessThan(5000);
  });

  it('refuses a profile that a newer browser wrote, before it is opened', async () => {
    const profileDir = harness.newProfile();
    await mkdir(profileDir, { recursive: true });
    await writeFile(join(profileDir, 'omniwp-browser.json'), JSON.stringify({ major: 999 }));
    expect((await crash({}, profileDir)).code).toBe('BROWSER_TOO_OLD');
    expect(await harness.processesOn(profileDir)).toBe(0);
  });

  it('says when there is no browser, none that starts, or no page of that version', async () => {
    expect((await crash({ executablePath: '/nowhere/chromium' })).code).toBe('BROWSER_NOT_FOUND');
    const lookup = async (): Promise<string> => Promise.reject(new Error('looked everywhere'));
    expect(await crash({ executablePath: lookup })).toEqual({ code: 'BROWSER_NOT_FOUND', detail: 'looked everywhere' });
    expect((await crash({ executablePath: '/bin/false' })).code).toBe('BROWSER_DIED');
    expect((await crash({ webVersion: '2.3000.1' })).code).toBe('PAGE_UNREACHABLE');
  });

  it('does not share a profile', async () => {
    const { log, profileDir } = await start();
    await log.state('pairing');
    expect((await crash({ deadlines: { endMs: 200 } }, profileDir)).code).toBe('PROFILE_IN_USE');
  });

  it('keeps every device part of a conversation with a hidden number together', async () => {
    const { engine, log } = await linked();
    const hidden = { phone: '+34799000111', name: 'Oculta' };
    await harness.sandbox.createAccount({ ...hidden, hidden: true });
    await harness.say(hidden, people.own, 'quién soy');
    const message = await log.message('quién soy');
    expect(message).toMatchObject({ chatKind: 'direct', pushName: 'Oculta' });
    const answer = await engine.send(message.chatId, { kind: 'text', text: 'hola' });
    expect(answer.chatId).toBe(message.chatId);
    expect(answer.phone).toBe(message.phone);
  });

  it('tells groups, channels and status apart', async () => {
    const { log, engine } = await linked();
    const { own, contact } = people;
    const group = await harness.sandbox.createGroup({ subject: 'Equipo', owner: contact.phone, members: [own.phone] });
    await harness.sandbox.say({ from: contact.phone, to: group.id, text: 'al grupo' });
    expect(await log.message('al grupo')).toMatchObject({ chatKind: 'group', phone: null, direction: 'inbound' });
    await harness.sandbox.say({ from: contact.phone, to: 'status@broadcast', text: 'mi estado' });
    expect(await log.message('mi estado')).toMatchObject({ chatKind: 'status', phone: null });
    const chats = await engine.chats?.(50);
    expect(chats?.find(({ kind }) => kind === 'group')).toMatchObject({ name: 'Equipo', phone: null });
  });
});
