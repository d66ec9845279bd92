import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listProcesses, profileOf } from '@/server/whatsapp/browser-processes';
import type { ChatId } from '@/server/whatsapp/engine';
import { createWwebjsEngine } from '@/server/whatsapp/wwebjs';
import type { Deadlines, EngineLogger } from '@/server/whatsapp/wwebjs-settings';
import { lookUpBrowser } from '@/server/whatsapp/browser-lookup';
import { type PageSwitches, type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { type Harness, type Person, sleep, until } from './harness';

const logger: EngineLogger = process.env.ENGINE_LOG
  ? { debug: console.debug, info: console.info, warn: console.warn, error: console.error }
  : { debug() {}, info() {}, warn() {}, error() {} };

const types = { image: 'image', voice: 'ptt', unsupported: 'unknown' } as const;

export type SandboxHarness = Harness & { sandbox: Sandbox };

/** The real library in a real Chromium, on the sandbox's page with these switches. */
export async function createSandboxHarness(
  switches: PageSwitches | 'today',
  deadlines: Partial<Deadlines> = {},
): Promise<SandboxHarness> {
  const root = await mkdtemp(join(tmpdir(), 'omniwp-contract-'));
  const sandbox = await startSandbox({ qrSeconds: [3, 2], qrCount: 50 });
  const version = switches === 'today' ? sandbox.pageVersion : (await sandbox.page(switches)).version;
  const { CHROMIUM_PATH, PUPPETEER_EXECUTABLE_PATH } = process.env;
  const browser = await lookUpBrowser({ CHROMIUM_PATH, PUPPETEER_EXECUTABLE_PATH }, 0);
  const factory = createWwebjsEngine({
    executablePath: browser.path,
    browserMajor: browser.major,
    browserEnv: browser.env,
    chromiumArgs: (sandbox.env.CHROMIUM_ARGS ?? '').split(' '),
    webVersion: version,
    webCachePath: sandbox.pageDir,
    deadlines: { probeMs: 1000, ...deadlines },
    logger,
  });
  let next = 1;
  const browsersOn = async (profileDir: string) =>
    (await listProcesses()).filter((row) => profileOf(row) === profileDir);

  return {
    sandbox,
    factory,
    newProfile: () => join(root, `${next++}`, 'profile'),
    async createPeople() {
      const number = next++;
      const own = { phone: `+3460000${1000 + number}`, name: `Own ${number}` };
      const contact = { phone: `+3470000${1000 + number}`, name: `Contact ${number}` };
      for (const person of [own, contact]) await sandbox.createAccount(person);
      await sandbox.saveContact({ owner: own.phone, ...contact });
      return { own, contact };
    },
    stranger: '+34999999999',
    anyChat: '34600000000@c.us' as ChatId,
    scan: async (own, qr) => void (await sandbox.scan(own.phone, qr)),
    typeCode: async (own, code) => void (await sandbox.linkByCode(own.phone, code)),
    say: async (from, to, text) => void (await sandbox.say({ from: from.phone, to: to.phone, text })),
    sayKind: async (from, to, kind) => void (await sandbox.say({ from: from.phone, to: to.phone, type: types[kind] })),
    past: async (from, to, text, secondsAgo) => {
      const t = Math.floor(Date.now() / 1000) - secondsAgo;
      await sandbox.say({ from: from.phone, to: to.phone, text, t });
    },
    openChat: async (reader, other) => void (await sandbox.openChat({ phone: reader.phone, with: other.phone })),
    async isRead(from: Person, to: Person) {
      const messages = await sandbox.messagesOf(from.phone, to.phone);
      return messages.filter(({ fromMe }) => fromMe).every(({ ack }) => ack >= 3);
    },
    setOnline: async (person, online) => void (await sandbox.setPhoneOnline(person.phone, online)),
    unlink: async (own) => void (await sandbox.unlink(own.phone)),
    async isLinked(own) {
      const account = (await sandbox.accounts()).find(({ phone }) => phone === own.phone);
      return (account?.devices.length ?? 0) > 0;
    },
    async kill(profileDir) {
      for (const row of await browsersOn(profileDir)) process.kill(row.pid, 'SIGKILL');
    },
    processesOn: async (profileDir) => (await browsersOn(profileDir)).length,
    pause: () => sleep(700),
    until,
    async close() {
      await sandbox.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}
