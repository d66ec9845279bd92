import type { Page } from 'puppeteer-core';
import type { RawMessage } from './wwebjs-convert';
import { within } from './wwebjs-deadline';
import type { KitWindow } from './wwebjs-kit';
import type { EngineLogger } from './wwebjs-settings';
import type { EventStream } from './wwebjs-stream';

type Loose = Record<string, unknown>;
type PageWindow = KitWindow & { WWebJS?: { getMessageModel?: (model: unknown) => unknown } };

/** A message is looked for this long after its time, s. */
const recentS = 300;

type Recent = { ids: string[]; acks: { id: string; ack: number }[] };

/**
 * Runs inside the page: the ids of what came or was written `since` then and counts as new, and how far own messages of a day got; at most
 * 200 of each. Where the page does not say what is new, that is what is not older than the connection (`opened`). Times are Unix seconds.
 */
export async function readRecent(from: { since: number; opened: number }): Promise<Recent> {
  const w = window as unknown as PageWindow;
  const kit = w.__omniwpKit;
  const models = await kit.list((w.require('WAWebCollections') as { Msg: unknown }).Msg);
  const dayS = 86_400;
  const ids: string[] = [];
  const acks: Recent['acks'] = [];
  for (const model of models) {
    try {
      const t = kit.timeOf(model);
      // What is not decrypted yet is told when it is.
      const isDue = t >= from.since && model.type !== 'ciphertext';
      const isNew = isDue && (model.isNewMsg === true || (model.isNewMsg === undefined && t >= from.opened));
      const ack = t >= from.since - dayS ? Number(model.ack) : 0;
      const mayLag = ack > 0 && (model.id as Loose).fromMe !== false;
      const key = isNew || mayLag ? kit.key(model.id, model.self) : null;
      if (key && isNew) ids.push(key._serialized);
      if (key?.fromMe && mayLag) acks.push({ id: key._serialized, ack });
    } catch {
      // One that cannot be read.
    }
  }
  return { ids: ids.slice(-200), acks: acks.slice(-200) };
}

/** Runs inside the page: those messages as the library reads them, or as the page itself does. */
export async function readMessages(ids: string[]): Promise<unknown[]> {
  const w = window as unknown as PageWindow;
  const kit = w.__omniwpKit;
  const models = await kit.list((w.require('WAWebCollections') as { Msg: unknown }).Msg);
  const read = (model: Loose): unknown[] => {
    try {
      if (!ids.includes(kit.key(model.id, model.self)?._serialized ?? '')) return [];
      return [w.WWebJS?.getMessageModel?.(model) ?? kit.message(model)];
    } catch {
      return [];
    }
  };
  return models.flatMap(read);
}

/**
 * A connected page that tells of no message, or of no ack, is worse than a dead one, since nobody misses anything. With each look at the
 * page this compares what it has with what was told; what was not told in the time between two looks is told now, once.
 */
export function createUnheard(deps: {
  page: Page;
  stream: EventStream;
  callMs: number;
  logger: EngineLogger;
}): () => void {
  const { page, stream, callMs, logger } = deps;
  const opened = Math.floor(Date.now() / 1000);
  let suspects = new Set<string>();
  const told = new Set<string>();
  let busy = false;

  async function look(): Promise<void> {
    const since = Math.floor(Date.now() / 1000) - recentS;
    const { ids, acks } = await within(callMs, 'event check', page.evaluate(readRecent, { since, opened }));
    const unheard = ids.filter((id) => !told.has(id) && !stream.knows(id));
    const behind = new Map(acks.filter(({ id, ack }) => stream.lags(id, ack)).map((one) => [`${one.id} ack`, one]));
    const lost = unheard.filter((id) => suspects.has(id));
    const late = [...behind].flatMap(([name, one]) => (suspects.has(name) ? [one] : []));
    suspects = new Set([...unheard, ...behind.keys()]);
    if (lost.length + late.length === 0) return;
    logger.error({ messages: lost.length, acks: late.length }, 'the page had messages or acks that it told nobody of');
    for (const { id, ack } of late) stream.ack({ id }, ack);
    if (lost.length === 0) return;
    for (const id of lost) told.add(id);
    const raws = await within(callMs, 'event check', page.evaluate(readMessages, lost));
    for (const raw of raws) stream.message(raw as RawMessage);
  }

  return () => {
    if (busy) return;
    busy = true;
    look()
      .catch((error: unknown) => logger.debug({ err: error }, 'the page could not be asked for its messages'))
      .finally(() => {
        busy = false;
      });
  };
}
