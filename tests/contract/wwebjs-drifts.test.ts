import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyDrift } from './drift-list';
import { createLane, driftDeadlines, type Lane, tryDrift, verdictOf, writeDrift } from './drift-session';
import { drifts } from './drifts';
import { createSandboxHarness, type SandboxHarness } from './sandbox-harness';
import { type Subject, startSubject } from './subject';

/**
 * Pages with changes that have no switch, one at a time: each works, or fails in the call that needs what is gone, or is an error that
 * names it; and no message is lost, doubled or wrong, and no link. These are the ones that once went wrong; drift-bulk.ts tries all.
 */
describe.concurrent('the whatsapp-web.js engine on a page that drifts', () => {
  let harness: SandboxHarness;
  const lanes: Promise<Lane>[] = [];

  beforeAll(async () => {
    harness = await createSandboxHarness('today', { qrSeconds: 60 });
    lanes.push(createLane(harness), createLane(harness));
    await Promise.all(lanes);
  });
  afterAll(() => harness.close());

  /** Each lane is one link, and one drift at a time is tried on it. */
  async function onLane<T>(work: (lane: Lane) => Promise<T>): Promise<T> {
    const lane = lanes.shift();
    if (!lane) throw new Error('more at once than vitest.config.ts says');
    try {
      return await work(await lane);
    } finally {
      lanes.push(lane);
    }
  }

  const every = [...drifts, ...everyDrift()];
  const verdict = async (name: string): Promise<string> => {
    const drift = every.find((one) => one.name === name);
    if (!drift) throw new Error(`there is no drift ${name}`);
    return onLane(async (lane) => verdictOf(await tryDrift(harness, lane, drift)));
  };

  it.each([
    'nothing',
    'hidden numbers everywhere, our own too',
    'ids without a text of their own',
    'ids of getters alone',
    'models whose fields are getters',
    'models whose serialize answers a promise',
    'times in milliseconds',
    'no times',
    'another word for a text',
    'nothing that says what is new',
    'no word of a new message',
    'no word of an ack',
    'collections that are like a Map',
    'chats that come late',
    'a send that answers a promise of its promises',
    'a send that rejects though it was sent',
    'a send that is late by a second and throws',
    'keys under default',
    'a number check that answers another shape',
    'another word for connected',
    'a connection that comes and goes',
    'a link that seems gone for a while',
    'a page that loads itself anew while the library goes in',
    'a page that loads itself anew when it is ready',
    'Trusted Types',
    'a Debug that is sealed',
    'pairing: a ref that changes without a word',
    'WALinkify.findLinks throws',
    'WAWebChatGetters.getIsNewsletter answers a promise',
    'WAWebCollections.Msg.get answers a promise',
  ])('works in spite of: %s', async (name) => {
    expect(await verdict(name)).toBe('works');
  });

  it.each([
    ['require by another name', 'the page lacks require'],
    ['a Debug that is no object', 'the page lacks Debug.VERSION'],
    ['WAWebWidFactory.createWid answers a promise', 'the page lacks WAWebWidFactory.createWid'],
    ['WAWebMsgKey.newId never answers', 'the page lacks WAWebMsgKey.newId'],
    ['WAWebCmd.Cmd.on throws', 'the page lacks WAWebCmd.Cmd.on'],
    [
      'pairing: WAWebUserPrefsMultiDevice.getADVSecretKey answers a promise',
      'the page lacks WAWebUserPrefsMultiDevice.getADVSecretKey',
    ],
  ])('names what is gone: %s', async (name, detail) => {
    expect(await verdict(name)).toBe(`crashed WHATSAPP_CHANGED: ${detail}`);
  });

  it.each([
    ['WAWebQueryExistsJob.queryWidExists answers nothing', 'resolve UNSUPPORTED/no, resolve stranger UNSUPPORTED/no'],
    ['WAWebCollections.Chat.getModelsArray is undefined', 'chats UNSUPPORTED/no'],
  ])('fails in that call alone: %s', async (name, calls) => {
    expect(await verdict(name)).toBe(`works but ${calls}`);
  });

  /** An engine on the lane's link and on a page with this script. */
  const onPage = async <T>(script: string, work: (subject: Subject, lane: Lane) => Promise<T>, more = {}): Promise<T> =>
    onLane(async (lane) => {
      const deadlines = { ...driftDeadlines, ...more };
      const factory = await harness.factoryWith({ webVersion: await writeDrift(harness, script), deadlines });
      const subject = await startSubject({ factory, newProfile: harness.newProfile }, lane.profileDir);
      try {
        return await work(subject, lane);
      } finally {
        await subject.engine.stop();
      }
    });

  it('ends a page that loads itself anew again and again, and says so', async () => {
    const reload = 'setTimeout(() => location.reload(), 700);';
    const { reason } = await onPage(reload, ({ log }) => log.state('crashed'), { readyMs: 60_000 });
    expect(reason).toMatchObject({ code: 'READY_TIMEOUT', detail: expect.stringContaining('again and again') });
  });

  // On each of these the library ends its browser, and with some of its strategies deletes the credentials.
  it.each([
    ['PROXYBLOCK', 'offline', 'CONNECTION_LOST'],
    ['TOS_BLOCK', 'crashed', 'AUTH_FAILED'],
  ] as const)('ends on %s, and keeps the link', async (state, kind, code) => {
    const script = `setTimeout(() => drift.real('WAWebSocketModel').Socket.set({ state: '${state}' }), 1500);`;
    await onPage(script, async ({ engine, log }, { people, profileDir }) => {
      expect((await log.state(kind)).reason.code).toBe(code);
      await engine.stop();
      expect(await harness.isLinked(people.own)).toBe(true);
      const again = await startSubject(harness, profileDir);
      try {
        await again.log.state('ready');
        expect(again.log.states().map((said) => said.kind)).not.toContain('pairing');
      } finally {
        await again.engine.stop();
      }
    });
  });
});
