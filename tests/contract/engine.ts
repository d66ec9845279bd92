import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { EngineError } from '@/server/whatsapp/engine';
import type { Harness, People } from './harness';
import { connect, type Subject, startSubject } from './subject';

/**
 * What every engine must do, written once. A harness stands for the world around the engine: phones, the network, and the process that the
 * engine runs in.
 */
export function engineContract(
  name: string,
  createHarness: () => Promise<Harness>,
  options: { concurrent?: boolean } = {},
): void {
  describe(`the engine contract: ${name}`, options, () => {
    let harness: Harness;

    beforeAll(async () => {
      harness = await createHarness();
    });
    afterAll(() => harness.close());

    const start = async (test: TestContext, profileDir?: string, factory = harness.factory): Promise<Subject> => {
      const subject = await startSubject({ factory, newProfile: harness.newProfile }, profileDir);
      test.onTestFinished(() => subject.engine.stop());
      return subject;
    };
    const chatWith = async ({ engine }: Subject, people: People) => {
      const resolved = await engine.resolve(people.contact.phone);
      if (!resolved) throw new Error('the contact is not on the network');
      return resolved.chatId;
    };
    const linked = async (test: TestContext): Promise<Subject & { people: People }> => {
      const people = await harness.createPeople();
      const subject = await connect(harness, await start(test), people);
      return { ...subject, people };
    };

    it('shows a QR with its end, and replaces it', async (test) => {
      const { log } = await start(test);
      expect((await log.state('starting')).kind).toBe('starting');
      const first = await log.state('pairing');
      expect(first.method).toBe('qr');
      expect(first.data.length).toBeGreaterThan(10);
      expect(first.expiresAt.getTime()).toBeGreaterThan(Date.now());
      expect(first.expiresAt.getTime()).toBeLessThan(Date.now() + 61_000);
      const second = await log.state('pairing', (state) => state.data !== first.data);
      expect(second.expiresAt.getTime()).toBeGreaterThan(Date.now());
    });

    it('is ready once after the scan, with phone and name', async (test) => {
      const { log, people } = await linked(test);
      expect(await log.state('ready')).toMatchObject({
        kind: 'ready',
        phone: people.own.phone,
        name: people.own.name,
      });
      await harness.pause();
      const kinds = log.states().map((state) => state.kind);
      expect(kinds.filter((kind) => kind === 'ready')).toHaveLength(1);
      expect(kinds.indexOf('syncing')).toBeGreaterThan(kinds.indexOf('pairing'));
      expect(kinds.indexOf('syncing')).toBeLessThan(kinds.indexOf('ready'));
    });

    it('links by a code typed on the phone', async (test) => {
      const people = await harness.createPeople();
      const { engine, log } = await start(test);
      await log.state('pairing');
      await engine.pairWithCode?.(people.own.phone);
      const shown = await log.state('pairing', (state) => state.method === 'code');
      expect(shown.data.replace('-', '')).toMatch(/^[A-Z0-9]{8}$/);
      expect(shown.expiresAt.getTime()).toBeGreaterThan(Date.now() + 60_000);
      await harness.typeCode(people.own, shown.data);
      expect((await log.state('ready')).phone).toBe(people.own.phone);
    });

    it('sends, and follows the acks upward', async (test) => {
      const { engine, log, people } = await linked(test);
      await harness.setOnline(people.contact, false);
      const resolved = await engine.resolve(people.contact.phone);
      if (!resolved) throw new Error('the contact is not on the network');
      const sent = await engine.send(resolved.chatId, { kind: 'text', text: 'hola 👋\nsegunda línea' });
      expect(sent).toMatchObject({
        chatId: resolved.chatId,
        chatKind: 'direct',
        direction: 'outbound',
        kind: 'text',
        text: 'hola 👋\nsegunda línea',
        phone: people.contact.phone,
      });
      expect(Math.abs(sent.sentAt.getTime() - Date.now())).toBeLessThan(10_000);
      await log.ack(sent.id, 'sent');
      await harness.setOnline(people.contact, true);
      await log.ack(sent.id, 'delivered');
      await harness.openChat(people.contact, people.own);
      await log.ack(sent.id, 'read');
      expect(log.acks(sent.id)).toEqual(['sent', 'delivered', 'read']);
      // The sender has it from its own call: it is not told again.
      expect(log.messages().filter((message) => message.id === sent.id)).toEqual([]);
    });

    it('sends two equal texts as two messages', async (test) => {
      const { engine, log, people } = await linked(test);
      const chat = (await engine.resolve(people.contact.phone))?.chatId;
      if (!chat) throw new Error('the contact is not on the network');
      const one = await engine.send(chat, { kind: 'text', text: 'otra vez' });
      const two = await engine.send(chat, { kind: 'text', text: 'otra vez' });
      expect(two.id).not.toBe(one.id);
      await log.ack(one.id, 'delivered');
      await log.ack(two.id, 'delivered');
    });

    it('sends under the id that was reserved, and takes each once', async (test) => {
      const { people, ...subject } = await linked(test);
      const { engine, log } = subject;
      const chat = await chatWith(subject, people);
      const tokens = Array.from({ length: 5 }, () => engine.reserveId?.() ?? '');
      expect(new Set(tokens.filter(Boolean)).size).toBe(5);
      const send = (token: string) => engine.send(chat, { kind: 'text', text: 'igual' }, { token });
      // At once, so that no answer can be told from another by its order.
      const sent = await Promise.all(tokens.map(send));
      expect(sent.map(({ token }) => token)).toEqual(tokens);
      for (const { id } of sent) await log.ack(id, 'delivered');
      expect((await send(tokens[0] ?? '')).id).toBe(sent[0]?.id);
      await harness.pause();
      expect(await harness.textsFrom(people.own, people.contact)).toEqual(tokens.map(() => 'igual'));
      expect(log.messages()).toEqual([]);
    });

    it('finds what was sent and never answered by its id, between equal texts, after its death', async (test) => {
      const people = await harness.createPeople();
      const mute = await connect(harness, await start(test, undefined, await harness.neverAnswers()), people);
      const chat = await chatWith(mute, people);
      const [left, stayed] = [mute.engine.reserveId?.(), mute.engine.reserveId?.()];
      const content = { kind: 'text', text: 'igual' } as const;
      const sending = mute.engine.send(chat, content, { token: left });
      const failed = expect(sending).rejects.toMatchObject({ left: 'unknown' });
      await harness.until(async () => (await harness.textsFrom(people.own, people.contact)).length === 1);
      await harness.kill(mute.profileDir);
      await failed;
      await mute.engine.stop();
      const again = await start(test, mute.profileDir);
      await again.log.state('ready');
      const history = (await again.engine.history?.(chat, 20)) ?? [];
      expect(history.map(({ direction, text, token }) => [direction, text, token])).toEqual([
        ['outbound', 'igual', left],
      ]);
      expect((await again.engine.send(chat, content, { token: left })).id).toBe(history[0]?.id);
      expect((await again.engine.send(chat, content, { token: stayed })).token).toBe(stayed);
      await harness.until(async () => (await harness.textsFrom(people.own, people.contact)).length === 2);
      await harness.pause();
      expect(await harness.textsFrom(people.own, people.contact)).toEqual(['igual', 'igual']);
    });

    it('tells what comes in, and marks nothing as read by itself', async (test) => {
      const { engine, log, people } = await linked(test);
      await harness.say(people.contact, people.own, 'buenos días');
      const message = await log.message('buenos días');
      expect(message).toMatchObject({
        direction: 'inbound',
        kind: 'text',
        chatKind: 'direct',
        phone: people.contact.phone,
        pushName: people.contact.name,
        ack: null,
      });
      await engine.send(message.chatId, { kind: 'text', text: 'recibido' });
      await harness.pause();
      expect(await harness.isRead(people.contact, people.own)).toBe(false);
      await engine.markRead?.(message.chatId);
      await harness.until(() => harness.isRead(people.contact, people.own));
      expect(log.messages().filter(({ text }) => text === 'buenos días')).toHaveLength(1);
    });

    it('tells what the owner types on the phone itself', async (test) => {
      const { log, people } = await linked(test);
      await harness.say(people.own, people.contact, 'desde el teléfono');
      const message = await log.message('desde el teléfono');
      expect(message).toMatchObject({ direction: 'outbound', phone: people.contact.phone });
      await log.ack(message.id, 'delivered');
    });

    it('names kinds that are not built, and never drops them', async (test) => {
      const { log, people } = await linked(test);
      const seen = log.messages().length;
      for (const kind of ['image', 'voice', 'unsupported'] as const)
        await harness.sayKind(people.contact, people.own, kind);
      await harness.until(async () => log.messages().length >= seen + 3);
      expect(log.messages().map((message) => message.kind)).toEqual(['image', 'voice', 'unsupported']);
    });

    it('reads chats and histories, older ones by the page', async (test) => {
      const people = await harness.createPeople();
      for (let i = 1; i <= 30; i += 1) await harness.past(people.contact, people.own, `antes ${i}`, 3600 - i);
      const { engine } = await connect(harness, await start(test), people);
      const chats = await engine.chats?.(50);
      const chat = chats?.find(({ phone }) => phone === people.contact.phone);
      expect(chat).toMatchObject({ kind: 'direct', name: people.contact.name });
      expect(chat?.lastMessageAt?.getTime()).toBeLessThan(Date.now());
      if (!chat) return;
      const newest = (await engine.history?.(chat.id, 20)) ?? [];
      expect(newest.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, i) => `antes ${i + 11}`));
      const older = (await engine.history?.(chat.id, 20, newest[0]?.id)) ?? [];
      expect(older.map(({ text }) => text)).toEqual(Array.from({ length: 10 }, (_, i) => `antes ${i + 1}`));
      expect(new Set([...older, ...newest].map(({ id }) => id)).size).toBe(30);
    });

    it('knows who is on WhatsApp', async (test) => {
      const { engine, people } = await linked(test);
      const known = await engine.resolve(people.contact.phone);
      expect(known?.phone).toBe(people.contact.phone);
      expect(await engine.resolve(harness.stranger)).toBeNull();
    });

    it('refuses calls before it is ready, and after its end', async (test) => {
      const { engine, log } = await start(test);
      await log.state('pairing');
      const refused = { code: 'NOT_READY', left: 'no' };
      const send = () => engine.send(harness.anyChat, { kind: 'text', text: 'x' });
      await expect(send()).rejects.toBeInstanceOf(EngineError);
      await expect(send()).rejects.toMatchObject(refused);
      await engine.stop();
      await expect(send()).rejects.toMatchObject(refused);
      await expect(engine.resolve('+34600000000')).rejects.toMatchObject(refused);
    });

    it('stops at any time, twice, says nothing more, and leaves no process', async (test) => {
      const early = await start(test);
      await Promise.all([early.engine.stop(), early.engine.stop()]);
      expect(await harness.processesOn(early.profileDir)).toBe(0);
      const { engine, log, profileDir } = await start(test);
      await log.state('pairing');
      expect(await harness.processesOn(profileDir)).toBeGreaterThan(0);
      await engine.stop();
      const said = log.events.length;
      await engine.stop();
      await harness.pause();
      expect(log.events.length).toBe(said);
      expect(await harness.processesOn(profileDir)).toBe(0);
    });

    it('is ready again on the same profile without a QR, and tells what came meanwhile', async (test) => {
      const { people, ...first } = await linked(test);
      await first.engine.stop();
      await harness.say(people.contact, people.own, 'mientras dormías');
      const second = await start(test, first.profileDir);
      expect((await second.log.state('ready')).phone).toBe(people.own.phone);
      expect(second.log.states().some((state) => state.kind === 'pairing')).toBe(false);
      const message = await second.log.message('mientras dormías');
      const order = second.log.events.findIndex((event) => event.type === 'state' && event.state.kind === 'ready');
      expect(
        second.log.events.findIndex((event) => event.type === 'message' && event.message === message),
      ).toBeGreaterThan(order);
    });

    it('says when the phone unlinks it', async (test) => {
      const { log, engine, profileDir, people } = await linked(test);
      expect(await harness.processesOn(profileDir)).toBeGreaterThan(0);
      await harness.unlink(people.own);
      const state = await log.state('logged_out');
      expect(state.reason).not.toBe('');
      await harness.pause();
      expect(log.states().at(-1)).toBe(state);
      await engine.stop();
      expect(await harness.processesOn(profileDir)).toBe(0);
    });

    it('unlinks itself', async (test) => {
      const { engine, log, profileDir, people } = await linked(test);
      const said = log.states().length;
      expect(await engine.logout()).toEqual({ unlinked: true });
      expect(await engine.logout()).toEqual({ unlinked: false });
      expect(log.states().length).toBe(said);
      expect(await harness.isLinked(people.own)).toBe(false);
      expect(await harness.processesOn(profileDir)).toBe(0);
    });

    it('says when its browser is killed', async (test) => {
      const { log, engine, profileDir, people } = await linked(test);
      await harness.kill(profileDir);
      const state = await log.state('crashed', undefined, 5000);
      expect(state.reason.code).toBe('BROWSER_DIED');
      await expect(engine.resolve(people.contact.phone)).rejects.toMatchObject({ code: 'NOT_READY', left: 'no' });
      await harness.pause();
      expect(log.states().at(-1)).toBe(state);
      await engine.stop();
      expect(await harness.processesOn(profileDir)).toBe(0);
    });
  });
}
