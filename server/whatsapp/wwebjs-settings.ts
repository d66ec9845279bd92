import type { DiskSettings } from './wwebjs-disk';

/** Where the adapter writes: pino's shape. It never hands over texts, phone numbers, QR codes or tokens. */
export type EngineLogger = Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>;

/** Every wait of the adapter, in ms. None of them is endless. */
export type Deadlines = {
  /** Until a browser is found; the lookup may have to unpack one. */
  lookupMs: number;
  /** Until the browser answers. */
  launchMs: number;
  /** Until the page's document is there. */
  pageMs: number;
  /** How long the page may register nothing while something is missing, before that counts as "WhatsApp changed". */
  modulesMs: number;
  /** How long the count of modules stands still before the page's loader is asked for what is missing. */
  quietMs: number;
  /** From opening the page to a QR or a login. */
  startMs: number;
  /** From the login to `ready`; starts anew with each step of progress. */
  readyMs: number;
  /** How long the connection may be gone before the engine says so. */
  connectionMs: number;
  /** How long a linked page may claim to be unlinked, without a word of a logout, before it is believed. */
  unpairedMs: number;
  /** A single question to the page. */
  callMs: number;
  sendMs: number;
  /** Chat lists and histories: the page may have to ask the phone. */
  loadMs: number;
  /** How long after `ready` an empty list of chats is taken for one that is still being loaded. */
  chatsMs: number;
  logoutMs: number;
  /** How long the browser may take to close by itself, before SIGTERM and SIGKILL. */
  endMs: number;
  /** How often the page's state is looked at before `ready`, and after it. */
  pollMs: number;
  probeMs: number;
  /** How long a page may leave the probe without an answer before it counts as dead; twice as long while calls are under way in it. */
  deafMs: number;
  /** How long a dialog of WhatsApp's may stay although it is confirmed again and again. */
  newsMs: number;
  /** After this long the page's second witness (Stream.mode) is believed against its first (hasSynced). */
  witnessMs: number;
  /** How long WhatsApp shows the first QR, and each one after it. */
  firstQrMs: number;
  nextQrMs: number;
  /** How long a pairing code can be typed. */
  codeMs: number;
};

export const defaultDeadlines: Deadlines = {
  lookupMs: 300_000,
  launchMs: 30_000,
  pageMs: 60_000,
  modulesMs: 15_000,
  quietMs: 750,
  startMs: 90_000,
  readyMs: 120_000,
  connectionMs: 30_000,
  unpairedMs: 3_000,
  callMs: 20_000,
  sendMs: 30_000,
  loadMs: 60_000,
  chatsMs: 5_000,
  logoutMs: 10_000,
  endMs: 5_000,
  pollMs: 250,
  probeMs: 10_000,
  deafMs: 60_000,
  newsMs: 30_000,
  witnessMs: 20_000,
  firstQrMs: 60_000,
  nextQrMs: 20_000,
  codeMs: 195_000,
};

export type WwebjsDeps = {
  executablePath: string | (() => Promise<string>);
  /** The major version of that browser: a profile that a newer one wrote is refused. */
  browserMajor: number | (() => Promise<number>);
  /** Variables that the browser needs beside the usual ones, such as LD_LIBRARY_PATH of an unpacked one. */
  browserEnv?: Record<string, string> | (() => Promise<Record<string, string>>);
  /** CHROMIUM_ARGS, split. */
  chromiumArgs: string[];
  /** WHATSAPP_WEB_VERSION and WHATSAPP_WEB_CACHE_PATH: `<path>/<version>.html` is served in place of WhatsApp's page. */
  webVersion?: string;
  webCachePath?: string;
  deadlines?: Partial<Deadlines>;
  disk?: Partial<DiskSettings>;
  logger: EngineLogger;
};
