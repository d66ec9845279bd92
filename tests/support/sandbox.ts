import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port';

/** The sandbox for tests: a process of its own, so that it can be killed and started again on the same data and port. */

export type SandboxOptions = {
  /** Absent: a temporary folder, removed by `stop()`. */
  dataDir?: string;
  port?: number;
  /** Seconds that a QR lives: the first, the following. */
  qrSeconds?: number | [first: number, next: number];
  qrCount?: number;
  codeSeconds?: number;
  /** How long a message is under way to a phone; 0 by default here. */
  deliveryMs?: number;
  replyMs?: number;
  /** false: an empty network. */
  demo?: boolean;
};

/** Names are those of sandbox/switches.ts; what is not given is as on the page of today. */
export type PageSwitches = Partial<{
  noDebug: boolean;
  renamedIds: boolean;
  refuseHeadless: boolean;
  progressiveModules: boolean;
  alreadySynced: boolean;
  groupJoinApproval: boolean;
  neverSynced: boolean;
  slowReadyMs: number;
  loseEarlyMessages: boolean;
  resyncOnReconnect: boolean;
  whatsNewMs: number;
  stubbornNews: boolean;
  stuckSynced: boolean;
  muteMessages: boolean;
  answerMs: number;
  silentIds: 'no' | 'property' | 'none';
  chosenIds: 'taken' | 'ignored' | 'refused';
  missingModules: string[];
  renamedMembers: Record<string, string>;
}>;

/** The page that the unmodified library was written for. */
export const allSwitchesOff: PageSwitches = {
  noDebug: false,
  renamedIds: false,
  refuseHeadless: false,
  progressiveModules: false,
  alreadySynced: false,
  groupJoinApproval: false,
};

export type SandboxAccount = {
  /** E.164 with `+`. */
  phone: string;
  lid: string;
  name: string;
  hidden: boolean;
  demo: boolean;
  replies: boolean;
  online: boolean;
  devices: {
    id: string;
    name: string;
    version: string;
    linkedAt: number;
    lastSeenAt: number;
    online: boolean;
  }[];
};
export type SandboxMessage = {
  seq: number;
  id: string;
  fromMe: boolean;
  chat: string;
  author: string | null;
  type: string;
  body: string;
  /** Unix seconds. */
  t: number;
  /** 1 sent, 2 delivered, 3 read. */
  ack: number;
  pushName: string | null;
};
export type SandboxChat = {
  chat: string;
  jid: string;
  name: string;
  unread: number;
  t: number;
  last: SandboxMessage | null;
};
export type WaitingPage = {
  id: string;
  since: number;
  device: string;
  version: string;
  refEnd: string | null;
  expiresAt: number | null;
  code: { phone: string; expiresAt: number } | null;
};

/** An answer of the control API that is not 200. */
export class SandboxError extends Error {
  override name = 'SandboxError';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const root = resolve(import.meta.dirname, '../..');

type Announcement = { url: string; pageVersion: string; pageDir: string; env: Record<string, string> };

async function launch(env: Record<string, string>): Promise<{ child: ChildProcess; said: Announcement }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/server.ts'], {
    cwd: root,
    env: { ...process.env, ...env },
    // Its end of the pipe closes with this process, however that ends.
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const said = await new Promise<Announcement>((done, fail) => {
    lines.once('line', (line) => done(JSON.parse(line) as Announcement));
    child.once('exit', (code) => fail(new Error(`the sandbox ended with ${code} before it was up`)));
    child.once('error', fail);
  });
  return { child, said };
}

/** Starts a sandbox and waits until it listens (under a second). */
export async function startSandbox(options: SandboxOptions = {}) {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'omniwp-sandbox-')));
  const port = options.port ?? (await freePort());
  const { qrSeconds = [60, 20] } = options;
  const env = {
    SANDBOX_PORT: String(port),
    SANDBOX_HOST: '127.0.0.1',
    SANDBOX_DATA_DIR: join(dataDir, 'network'),
    SANDBOX_PAGE_DIR: join(dataDir, 'pages'),
    SANDBOX_QR_SECONDS: [qrSeconds].flat().join(','),
    SANDBOX_QR_COUNT: String(options.qrCount ?? 6),
    SANDBOX_CODE_SECONDS: String(options.codeSeconds ?? 195),
    SANDBOX_DELIVERY_MS: String(options.deliveryMs ?? 0),
    SANDBOX_REPLY_MS: String(options.replyMs ?? 100),
    SANDBOX_END_WITH_STDIN: 'yes',
    SANDBOX_DEMO: options.demo === false ? 'no' : 'yes',
  };
  let { child, said } = await launch(env);

  async function request<T>(method: 'GET' | 'POST', name: string, input: Record<string, unknown>): Promise<T> {
    const query = method === 'GET' ? `?${new URLSearchParams(input as Record<string, string>)}` : '';
    const response = await fetch(`${said.url}/control/${name}${query}`, {
      method,
      ...(method === 'POST' && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      }),
    });
    const body = (await response.json()) as T & { code: string; message: string };
    if (!response.ok) throw new SandboxError(response.status, body.code, body.message);
    return body;
  }
  const read = <T>(name: string, input = {}): Promise<T> => request<T>('GET', name, input);
  const write = <T = { ok: true }>(name: string, input: object): Promise<T> => request<T>('POST', name, { ...input });

  function ended(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((done) => child.once('exit', () => done()));
  }

  return {
    url: said.url,
    port,
    dataDir,
    /** The version of the page of today. */
    pageVersion: said.pageVersion,
    /** Where `<version>.html` files are: `webVersionCache: { type: 'local', path, strict: true }`. */
    pageDir: said.pageDir,
    /** What a program under test needs in its environment to reach the page of today. */
    env: said.env,

    accounts: () => read<SandboxAccount[]>('accounts'),
    createAccount: (account: { phone: string; name: string; hidden?: boolean; demo?: boolean; replies?: boolean }) =>
      write<SandboxAccount>('accounts', account),
    /** Saves `phone` in the address book of `owner`. */
    saveContact: (contact: { owner: string; phone: string; name: string }) => write('contacts', contact),
    createGroup: (group: { subject: string; owner: string; members: string[]; approval?: boolean }) =>
      write<{ id: string; subject: string; invite: string }>('groups', group),

    waitingPages: () => read<WaitingPage[]>('waiting'),
    /** The phone scans what a page shows: the raw string of the library's `qr` event. */
    scan: (phone: string, qr: string) => write<{ deviceId: string }>('scan', { phone, qr }),
    scanWaiting: (phone: string, page: string) => write<{ deviceId: string }>('scan-waiting', { phone, page }),
    linkByCode: (phone: string, code: string) => write<{ deviceId: string }>('link-code', { phone, code }),
    /** The phone removes a device, or all of them. */
    unlink: (phone: string, deviceId?: string) => write<{ unlinked: number }>('unlink', { phone, deviceId }),

    /** Writes as anybody: to a phone, a group, a channel (`…@newsletter`) or `status@broadcast`. */
    say: (message: { from: string; to: string; text?: string; type?: string; t?: number }) =>
      write<{ id: string }>('say', message),
    /** Opens a chat on a phone: unread is 0, and the other side has its blue ticks. */
    openChat: (chat: { phone: string; with: string }) => write('open-chat', chat),
    typing: (typing: { from: string; to: string; state?: 'typing' | 'recording' | 'paused' }) =>
      write('typing', typing),
    chatsOf: (phone: string) => read<SandboxChat[]>('chats', { phone }),
    /** As the phone shows them, oldest first. */
    messagesOf: (phone: string, peer: string) => read<SandboxMessage[]>('messages', { phone, peer }),
    setPhoneOnline: (phone: string, online: boolean) => write('online', { phone, online }),
    /** Cuts the connections of a phone's linked devices; their pages come back by themselves. */
    dropConnections: (phone: string) => write<{ dropped: number }>('drop', { phone }),

    /** The pages of a phone's linked devices turn in a loop for this long. */
    hangPages: (phone: string, ms: number) => write<{ hanging: number }>('hang', { phone, ms }),

    /** A page with these switches; what is not given is as today. */
    page: (switches: PageSwitches) => write<{ version: string }>('pages', switches),

    /** SIGKILL, and nothing is cleaned up. */
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await ended();
    },
    /** Again on the same data and port, after `kill()`. */
    async restart(): Promise<void> {
      child.kill('SIGKILL');
      await ended();
      ({ child, said } = await launch(env));
    },
    async stop(): Promise<void> {
      child.kill('SIGTERM');
      await ended();
      if (!options.dataDir) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>;
