import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineFactory } from '@/server/whatsapp/engine';
import type { PageSwitches } from '@/tests/support/sandbox';
import type { People } from './harness';
import { createSandboxHarness, type SandboxHarness } from './sandbox-harness';
import { connect, type Subject, startSubject } from './subject';

/** Changes of the page that nobody has seen yet: what is essential is named and the link kept, what is not is done without. */
describe('the whatsapp-web.js engine on a page of the future', () => {
  let harness: SandboxHarness;
  let people: People;
  let profileDir: string;
  const subjects: Subject[] = [];

  beforeAll(async () => {
    harness = await createSandboxHarness('today');
    people = await harness.createPeople();
    const first = await connect(harness, await start(), people);
    ({ profileDir } = first);
    await harness.say(people.contact, people.own, 'hola');
    await first.log.message('hola');
    await first.engine.stop();
  });
  afterEach(async () => {
    await Promise.all(subjects.splice(0).map(({ engine }) => engine.stop()));
  });
  afterAll(() => harness.close());

  async function start(factory: EngineFactory = harness.factory, dir = harness.newProfile()): Promise<Subject> {
    const subject = await startSubject({ factory, newProfile: harness.newProfile }, dir);
    subjects.push(subject);
    return subject;
  }
  /** The one link of this file, found again on another page. */
  const versionOf = async (switches: PageSwitches) => (await harness.sandbox.page(switches)).version;
  const onPage = async (switches: PageSwitches, more = {}) =>
    start(await harness.factoryWith({ switches, deadlines: { modulesMs: 800, quietMs: 300, ...more } }), profileDir);
  const chat = () => `${people.contact.phone.slice(1)}@c.us` as typeof harness.anyChat;

  async function works({ engine, log }: Subject, text: string): Promise<void> {
    await log.state('ready');
    const token = engine.reserveId?.() ?? null;
    const sent = await engine.send(chat(), { kind: 'text', text }, { token });
    expect(sent).toMatchObject({ chatId: chat(), direction: 'outbound', text, phone: people.contact.phone });
    expect(sent.token).toMatch(/^3EB0[0-9A-F]{18}$/);
    if (token) expect(sent.token).toBe(token);
    await log.ack(sent.id, 'delivered');
    await harness.say(people.contact, people.own, `re: ${text}`);
    expect(await log.message(`re: ${text}`)).toMatchObject({ chatId: chat(), direction: 'inbound' });
    const history = (await engine.history?.(chat(), 100)) ?? [];
    expect(history.filter(({ id }) => id === sent.id)).toHaveLength(1);
    expect(history.map((message) => message.text)).toContain(`re: ${text}`);
    expect(log.messages().map((message) => message.text)).toEqual([`re: ${text}`]);
  }

  it.each(['property', 'none'] as const)('reads ids that print nothing (their text: %s)', async (silentIds) => {
    await works(await onPage({ silentIds }), `silent ${silentIds}`);
  });

  it('does without reserved ids where the page makes no key of them', async () => {
    const subject = await onPage({ chosenIds: 'refused' });
    await works(subject, 'refused');
    expect(subject.engine.reserveId?.()).toBeNull();
  });

  it('notices a page that gives a message another id than the reserved one, and reports what left', async () => {
    const { engine, log } = await onPage({ chosenIds: 'ignored' });
    await log.state('ready');
    const token = engine.reserveId?.();
    expect(token).toMatch(/^3EB0/);
    const sent = await engine.send(chat(), { kind: 'text', text: 'ignored' }, { token });
    expect(sent.token).not.toBe(token);
    await log.ack(sent.id, 'delivered');
    expect(engine.reserveId?.()).toBeNull();
    expect(await harness.textsFrom(people.own, people.contact)).toContain('ignored');
  });

  it('believes the second witness when `hasSynced` never comes', async () => {
    await works(await onPage({ stuckSynced: true }, { witnessMs: 1000 }), 'stuck');
  });

  const essential: [string, PageSwitches][] = [
    ['WAWebSocketModel.Socket.on', { missingModules: ['WAWebSocketModel'] }],
    ['WAWebConnModel.Conn.on', { renamedMembers: { 'WAWebConnModel.Conn': 'Connection' } }],
    ['WAWebMsgKey.newId', { missingModules: ['WAWebMsgKey'] }],
    ['WAWebWidFactory.createWid', { renamedMembers: { 'WAWebWidFactory.createWid': 'makeWid' } }],
    ['WAWebCollections.Chat.get', { missingModules: ['WAWebCollections'] }],
    ['WAWebSendMsgChatAction.addAndSendMsgToChat', { missingModules: ['WAWebSendMsgChatAction'] }],
    ['WAWebUserPrefsMeUser.getMaybeMePnUser', { renamedMembers: { 'WAWebUserPrefsMeUser.getMaybeMePnUser': 'me' } }],
  ];
  it.each(essential)('names %s before ready, and keeps the link', async (name, switches) => {
    const { log } = await onPage(switches);
    const { reason } = await log.state('crashed', undefined, 10_000);
    expect(reason.code).toBe('WHATSAPP_CHANGED');
    expect(reason.detail).toContain(name);
    expect(reason.page?.missing).toContain(name);
    expect(reason.page?.version).toBe(await versionOf(switches));
    expect(log.states().map(({ kind }) => kind)).not.toContain('ready');
    expect(log.states().map(({ kind }) => kind)).not.toContain('pairing');
  });

  it('is ready again, without a QR, once the page has a version that suits', async () => {
    const broken = await harness.sandbox.page({ missingModules: ['WAWebMsgKey', 'WAWebSendMsgChatAction'] });
    const factory = await harness.factoryWith({ webVersion: broken.version, deadlines: { modulesMs: 800 } });
    const first = await start(factory, profileDir);
    expect((await first.log.state('crashed')).reason.code).toBe('WHATSAPP_CHANGED');
    await first.engine.stop();
    const file = (version: string): string => join(harness.sandbox.pageDir, `${version}.html`);
    await copyFile(file(harness.sandbox.pageVersion), file(broken.version));
    await works(await start(factory, profileDir), 'new version');
  });

  it('stands in for what only the library wants', async () => {
    const missingModules = [
      'WAWebOfflineHandler',
      'WAWebAltDeviceLinkingApi',
      'WAWebAdvSignatureApi',
      'WAWebSyncGatingUtils',
      'WAWebCallCollection',
      'WALinkify',
      'WAWebChatGetters',
      'WAWebAddonReactionTableMode',
      'WAWebAddonPollVoteTableMode',
    ];
    const first = await onPage({ missingModules });
    await works(first, 'stand-ins');
    await first.engine.stop();
    const renamedMembers = { 'WALinkify.findLinks': 'links', 'WAWebChatGetters.getIsBroadcast': 'isBroadcast' };
    await works(await onPage({ renamedMembers }), 'renamed');
  });

  it('goes on without what a QR is made of while it is linked, and names it when it is not', async () => {
    const missingModules = ['WABase64', 'WAWebSignalStoreApi', 'WAWebUserPrefsMultiDevice'];
    await works(await onPage({ missingModules }), 'no QR');
    const factory = await harness.factoryWith({ switches: { missingModules }, deadlines: { modulesMs: 800 } });
    const { log } = await start(factory);
    const { reason } = await log.state('crashed', undefined, 10_000);
    expect(reason.code).toBe('WHATSAPP_CHANGED');
    for (const name of missingModules) expect(reason.page?.missing.join()).toContain(name);
    expect(reason.page?.version).toBe(await versionOf({ missingModules }));
  });

  it('is ready without what single features want, and says so in those calls alone', async () => {
    const subject = await onPage({
      missingModules: [
        'WAWebUpdateUnreadChatAction',
        'WAWebQueryExistsJob',
        'WAWebStreamModel',
        'Bootloader',
        '__debug',
      ],
      renamedMembers: { 'WAWebChatLoadMessages.loadEarlierMsgs': 'loadOlder' },
    });
    await works(subject, 'features');
    const lacking = { name: 'EngineError', code: 'UNSUPPORTED', left: 'no' };
    await expect(subject.engine.markRead?.(chat())).rejects.toMatchObject(lacking);
    await expect(subject.engine.resolve(people.contact.phone)).rejects.toMatchObject(lacking);
  });
});
