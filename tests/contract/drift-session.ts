import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, type ChatId } from '@/server/whatsapp/engine';
import type { Deadlines } from '@/server/whatsapp/wwebjs-settings';
import { driftedPage } from './drift-page';
import { type People, sleep } from './harness';
import type { SandboxHarness } from './sandbox-harness';
import { connect, type Subject, startSubject } from './subject';

/** A link that drifts are tried on, one after the other. */
export type Lane = { people: People; profileDir: string };

export type Drift = {
  name: string;
  /** Runs before the page; see drift-page.ts. */
  script: string;
  /** From an unlinked profile: the QR must come, and be accepted. */
  pairs?: boolean;
};

/**
 * What became of it. `end`: 'ready', or the state and its reason that came instead. `calls`: 'ok' or the code of the EngineError.
 * `bad`: what must never be, whatever the page does; empty is good.
 */
export type Outcome = { end: string; calls: Record<string, string>; bad: string[] };

/** Short, so that a page that never gets anywhere is over soon; in proportion to the real ones. */
export const driftDeadlines: Partial<Deadlines> = {
  modulesMs: 800,
  quietMs: 300,
  startMs: 5000,
  readyMs: 5000,
  connectionMs: 2500,
  callMs: 2500,
  sendMs: 3000,
  loadMs: 4000,
  probeMs: 300,
  deafMs: 4000,
  witnessMs: 1500,
  logoutMs: 2000,
  unpairedMs: 600,
  chatsMs: 4000,
};

let pages = 0;

/** Writes the drifted page and answers its version. */
export async function writeDrift(harness: SandboxHarness, script: string): Promise<string> {
  pages += 1;
  const version = `2.3000.1049${String(pages).padStart(6, '0')}`;
  const { pageDir, pageVersion } = harness.sandbox;
  const html = await readFile(join(pageDir, `${pageVersion}.html`), 'utf8');
  await writeFile(join(pageDir, `${version}.html`), driftedPage(html, script));
  return version;
}

export async function createLane(harness: SandboxHarness): Promise<Lane> {
  const people = await harness.createPeople();
  const subject = await connect(harness, await startSubject(harness), people);
  await harness.say(people.contact, people.own, 'antes');
  await subject.log.message('antes');
  await subject.engine.stop();
  return { people, profileDir: subject.profileDir };
}

/** Tries the engine on a drifted page: how far it comes, and whether what it says and does is true. */
export async function tryDrift(harness: SandboxHarness, given: Lane, drift: Drift): Promise<Outcome> {
  const lane = drift.pairs ? { ...given, people: await harness.createPeople() } : given;
  const webVersion = await writeDrift(harness, drift.script);
  const factory = await harness.factoryWith({ webVersion, deadlines: driftDeadlines });
  const profileDir = drift.pairs ? harness.newProfile() : lane.profileDir;
  const subject = await startSubject({ factory, newProfile: harness.newProfile }, profileDir);
  const outcome: Outcome = { end: 'nothing', calls: {}, bad: [] };
  try {
    outcome.end = await comeToAnEnd(harness, lane, subject, drift.pairs === true);
    if (outcome.end === 'ready') await exercise(harness, lane, subject, outcome);
  } finally {
    await stopped(subject, outcome);
  }
  if ((await harness.processesOn(profileDir)) > 0) outcome.bad.push('left a process');
  if (!drift.pairs && !(await harness.isLinked(lane.people.own))) outcome.bad.push('lost the link');
  return outcome;
}

async function comeToAnEnd(
  harness: SandboxHarness,
  { people }: Lane,
  { log }: Subject,
  pairs: boolean,
): Promise<string> {
  let scanned = '';
  let refused: { why: string; at: number } | null = null;
  for (const until = Date.now() + 25_000; Date.now() < until; await sleep(50)) {
    for (const state of log.states()) {
      if (state.kind === 'ready') return 'ready';
      if (state.kind === 'logged_out') return `logged_out ${state.reason}`;
      if (state.kind === 'offline' || state.kind === 'crashed')
        return `${state.kind} ${state.reason.code}: ${state.reason.detail}`;
      if (state.kind === 'pairing' && !pairs) return 'pairing';
    }
    const shown = log.states().findLast((state) => state.kind === 'pairing');
    if (shown && shown.data !== scanned) {
      scanned = shown.data;
      const why = await harness.scan(people.own, scanned).catch((error: Error) => error.message);
      refused = why ? { why, at: Date.now() } : null;
    }
    if (refused && Date.now() - refused.at > 5000) return `pairing with a QR that is none: ${refused.why}`;
  }
  return 'hangs';
}

async function stopped({ engine }: Subject, outcome: Outcome): Promise<void> {
  const late = sleep(15_000).then(() => 'late');
  if ((await Promise.race([engine.stop(), late])) === 'late') outcome.bad.push('does not stop');
}

let texts = 0;

async function exercise(harness: SandboxHarness, { people }: Lane, subject: Subject, outcome: Outcome): Promise<void> {
  const { engine, log } = subject;
  const { calls, bad } = outcome;
  const { own, contact } = people;
  const ready = log.states().find((state) => state.kind === 'ready');
  if (ready?.kind !== 'ready' || ready.phone !== own.phone) bad.push(`calls itself ${JSON.stringify(ready)}`);
  texts += 1;
  const name = `deriva ${texts}`;

  async function call<T>(what: string, work: Promise<T> | undefined): Promise<T | undefined> {
    const late = sleep(15_000).then(() => {
      throw new Error('hangs');
    });
    try {
      const value = await Promise.race([work, late]);
      calls[what] = 'ok';
      return value;
    } catch (error) {
      calls[what] = error instanceof EngineError ? `${error.code}/${error.left}` : String(error);
      if (!(error instanceof EngineError)) bad.push(`${what}: ${String(error)}`);
      return undefined;
    }
  }
  const soon = async (fact: () => boolean | Promise<boolean>, ms = 6000): Promise<boolean> => {
    for (const until = Date.now() + ms; Date.now() < until; await sleep(40)) if (await fact()) return true;
    return fact();
  };

  const chat = `${contact.phone.slice(1)}@c.us` as ChatId;
  const resolved = await call('resolve', engine.resolve(contact.phone));
  if (calls.resolve === 'ok' && resolved?.phone !== contact.phone) bad.push(`resolve says ${JSON.stringify(resolved)}`);
  const stranger = await call('resolve stranger', engine.resolve(harness.stranger));
  if (calls['resolve stranger'] === 'ok' && stranger !== null) bad.push(`knows a stranger ${JSON.stringify(stranger)}`);

  const comes = [`${name} llega 1`, `${name} llega 2`];
  for (const text of comes) await harness.say(contact, own, text);
  const heard = (text: string) => log.messages().filter((message) => message.text === text);
  for (const text of comes) {
    if (!(await soon(() => heard(text).length > 0))) bad.push(`lost "${text}"`);
  }
  for (const message of heard(comes[0] ?? '')) {
    const { direction, kind, phone, sentAt } = message;
    if (direction !== 'inbound' || kind !== 'text' || phone !== contact.phone)
      bad.push(`told ${JSON.stringify(message)}`);
    if (Math.abs(sentAt.getTime() - Date.now()) > 60_000) bad.push(`dated ${sentAt.toISOString()}`);
  }
  const at = heard(comes[0] ?? '')[0]?.chatId ?? resolved?.chatId ?? chat;

  const goes = `${name} sale`;
  const onNetwork = async () => (await harness.textsFrom(own, contact)).filter((text) => text === goes).length;
  for (const [count, what] of [
    [1, 'send'],
    [2, 'send the same'],
  ] as const) {
    const before = await onNetwork();
    const token = engine.reserveId?.() ?? null;
    const sent = await call(what, engine.send(at, { kind: 'text', text: goes }, { token }));
    if (sent) {
      if (sent.text !== goes || sent.direction !== 'outbound' || sent.chatId !== at)
        bad.push(`sent ${JSON.stringify(sent)}`);
      if (!(await soon(async () => (await onNetwork()) === before + 1)))
        bad.push(`${what}: ok, and ${await onNetwork()} left`);
      if (!(await soon(() => log.acks(sent.id).includes('delivered')))) bad.push(`${what}: no ack`);
      const acks = log.acks(sent.id);
      if (new Set(acks).size !== acks.length) bad.push(`acks ${acks.join(' ')}`);
    } else {
      await sleep(1000);
      const left = (await onNetwork()) - before;
      if (calls[what]?.endsWith('/no') && left > 0) bad.push(`${what}: said to have stayed, and left`);
      if (left > 1) bad.push(`${what}: left ${left} times`);
      if (count === 1 && calls[what]?.startsWith('TIMEOUT')) break;
    }
  }

  const history = await call('history', engine.history?.(at, 50));
  if (history) {
    for (const text of comes) {
      const found = history.filter((message) => message.text === text);
      if (found.length !== 1 || found[0]?.id !== heard(text)[0]?.id)
        bad.push(`history has "${text}" ${found.length} times`);
    }
    const order = history.map(({ text }) => text).filter((text) => comes.includes(text));
    if (order.join() !== comes.join()) bad.push(`history in the order ${order.join()}`);
  }
  const chats = await call('chats', engine.chats?.(100));
  const mine = chats?.find(({ id }) => id === at);
  if (chats && mine?.phone !== contact.phone) bad.push(`chats: ${JSON.stringify(chats.slice(0, 3))}`);
  else if (mine && Math.abs((mine.lastMessageAt?.getTime() ?? 0) - Date.now()) > 60_000)
    bad.push(`chat dated ${mine.lastMessageAt}`);
  await call('markRead', engine.markRead?.(at));
  await sleep(300);
  for (const text of comes) if (heard(text).length > 1) bad.push(`told "${text}" ${heard(text).length} times`);
  const sentOnes = ['send', 'send the same'].filter((what) => calls[what] === 'ok').length;
  if (sentOnes === 2 && heard(goes).length > 0) bad.push('told what we sent ourselves');
  const after = log.states().at(-1);
  if (after?.kind !== 'ready') bad.push(`ends as ${JSON.stringify(after)}`);
}

/** 'works', the calls that fail with a code, the state that ended it, or BAD and why. */
export function verdictOf({ end, calls, bad }: Outcome): string {
  const failing = Object.entries(calls).filter(([, how]) => how !== 'ok');
  const said = failing.map(([what, how]) => `${what} ${how}`).join(', ');
  if (end === 'hangs' || end === 'pairing' || end.startsWith('logged_out') || end.startsWith('pairing with'))
    return `BAD ${end}`;
  if (bad.length > 0) return `BAD ${end}; ${bad.join('; ')}${said && ` (${said})`}`;
  if (end !== 'ready') return end;
  return said === '' ? 'works' : `works but ${said}`;
}
