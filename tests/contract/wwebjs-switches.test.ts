import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { allSwitchesOff, type PageSwitches } from '@/tests/support/sandbox';
import { createSandboxHarness, type SandboxHarness } from './sandbox-harness';
import { connect, type Subject, startSubject } from './subject';

/** Each change of the real page alone, on the page that the library was written for: WhatsApp brings them one by one, in any order. */
describe('the whatsapp-web.js engine on a page with one change', () => {
  let harness: SandboxHarness;
  const subjects: Subject[] = [];

  beforeAll(async () => {
    harness = await createSandboxHarness(allSwitchesOff);
  });
  afterEach(async () => {
    await Promise.all(subjects.splice(0).map(({ engine }) => engine.stop()));
  });
  afterAll(() => harness.close());

  const changes: PageSwitches[] = [
    { noDebug: true },
    { renamedIds: true },
    { refuseHeadless: true },
    { progressiveModules: true },
    { alreadySynced: true },
    { groupJoinApproval: true },
    { loseEarlyMessages: true },
    { resyncOnReconnect: true },
    { slowReadyMs: 400 },
    { silentIds: 'property' },
    { silentIds: 'none' },
    // All at once.
    {
      noDebug: true,
      renamedIds: true,
      refuseHeadless: true,
      progressiveModules: true,
      alreadySynced: true,
      groupJoinApproval: true,
      loseEarlyMessages: true,
      resyncOnReconnect: true,
      whatsNewMs: 60_000,
    },
  ];
  it.each(changes)('links, writes, hears and finds its link again: %o', async (change) => {
    const people = await harness.createPeople();
    const { own, contact } = people;
    const factory = await harness.factoryWith({ switches: { ...allSwitchesOff, ...change } });
    const start = async (profileDir = harness.newProfile()): Promise<Subject> => {
      const subject = await startSubject({ factory, newProfile: harness.newProfile }, profileDir);
      subjects.push(subject);
      return subject;
    };
    const first = await connect(harness, await start(), people);
    await harness.say(contact, own, 'hola');
    const { chatId } = await first.log.message('hola');
    const sent = await first.engine.send(chatId, { kind: 'text', text: 'buenas' });
    await first.log.ack(sent.id, 'delivered');
    expect((await first.engine.history?.(chatId, 10))?.map(({ text }) => text)).toEqual(['hola', 'buenas']);
    await first.engine.stop();
    const second = await start(first.profileDir);
    expect(await second.log.state('ready')).toMatchObject({ kind: 'ready', phone: own.phone, name: own.name });
    const history = await second.engine.history?.(chatId, 10);
    expect(history?.map(({ id, text }) => [id === sent.id, text])).toEqual([
      [false, 'hola'],
      [true, 'buenas'],
    ]);
    expect(second.log.states().map(({ kind }) => kind)).not.toContain('pairing');
  });
});
