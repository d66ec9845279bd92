import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMain, listProcesses, type ProcessRow, profileOf } from '@/server/whatsapp/browser-processes';
import type { ChatId, EngineFactory } from '@/server/whatsapp/engine';
import { createWwebjsEngine } from '@/server/whatsapp/wwebjs';
import type { EngineLogger, WwebjsDeps } from '@/server/whatsapp/wwebjs-settings';
import { lookUpBrowser } from '@/server/whatsapp/browser-lookup';
import { type PageSwitches, type Sandbox, type SandboxOptions, startSandbox } from '@/tests/support/sandbox';
import { type Harness, type Person, sleep, until } from './harness';

const logger: EngineLogger = process.env.ENGINE_LOG
  ? { debug: console.debug, info: console.info, warn: console.warn, error: console.error }
  : { debug() {}, info() {}, warn() {}, error() {} };

const types = { image: 'image', voice: 'ptt', unsupported: 'unknown' } as const;

export type SandboxHarness = Harness & {
  sandbox: Sandbox;
  /** What `factory` is made of, as plain data. */
  deps: Omit<WwebjsDeps, 'logger'>;
  /** Another engine on the same network: other switches, deadlines, or whatever else it is given. */
  factoryWith: (more: Partial<WwebjsDeps> & { switches?: PageSwitches }) => Promise<EngineFactory>;
  /** The processes of a profile's browser, its children among them. */
  rowsOn: (profileDir: string) => Promise<ProcessRow[]>;
};

/** The real library in a real Chromium, on the sandbox's page with these switches. */
export async function createSandboxHarness(
  switches: PageSwitches | 'today',
  options: SandboxOptions = {},
): Promise<SandboxHarness> {
  const root = await mkdtemp(join(tmpdir(), 'omniwp-contract-'));
  const sandbox = await startSandbox({ qrSeconds: [3, 2], qrCount: 50, ...options });
  const version = switches === 'today' ? sandbox.pageVersion : (await sandbox.page(switches)).version;
  const { CHROMIUM_PATH, PUPPETEER_EXECUTABLE_PATH } = process.env;
  const browser = await lookUpBrowser({ CHROMIUM_PATH, PUPPETEER_EXECUTABLE_PATH }, 0);
  const deps: WwebjsDeps = {
    executablePath: browser.path,
    browserMajor: browser.major,
    browserEnv: browser.env,
    chromiumArgs: (sandbox.env.CHROMIUM_ARGS ?? '').split(' '),
    webVersion: version,
    webCachePath: sandbox.pageDir,
    deadlines: { probeMs: 1000 },
    logger,
  };
  let next = 1;
  const groups = new Map<string, Set<number>>();
  /** Chromium's children do not name the profile: they are known by the group of the browser that was seen on it. */
  async function rowsOn(profileDir: string): Promise<ProcessRow[]> {
    const rows = await listProcesses();
    const seen = groups.get(profileDir) ?? new Set<number>();
    for (const row of rows) if (profileOf(row) === profileDir) seen.add(row.group);
    groups.set(profileDir, seen);
    return rows.filter((row) => seen.has(row.group));
  }

  const factoryWith: SandboxHarness['factoryWith'] = async ({ switches: other, ...more }) => {
    const webVersion = other ? (await sandbox.page(other)).version : version;
    return createWwebjsEngine({ ...deps, webVersion, ...more, deadlines: { ...deps.deadlines, ...more.deadlines } });
  };

  const { logger: _, ...plain } = deps;
  return {
    sandbox,
    deps: plain,
    factory: createWwebjsEngine(deps),
    factoryWith,
    rowsOn,
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
    async textsFrom(writer, reader) {
      const messages = await sandbox.messagesOf(reader.phone, writer.phone);
      return messages.filter(({ fromMe }) => !fromMe).map(({ body }) => body);
    },
    neverAnswers: () => factoryWith({ switches: { ...(switches === 'today' ? {} : switches), answerMs: 600_000 } }),
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
      const main = (await rowsOn(profileDir)).find(isMain);
      if (main) process.kill(main.pid, 'SIGKILL');
    },
    processesOn: async (profileDir) => (await rowsOn(profileDir)).length,
    pause: () => sleep(700),
    until,
    async close() {
      await sandbox.stop();
      await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}
