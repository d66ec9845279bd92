import type { Page } from 'puppeteer-core';
import type { RawMessage } from './wwebjs-convert';
import { within } from './wwebjs-deadline';
import type { EngineLogger } from './wwebjs-settings';
import type { EventStream } from './wwebjs-stream';

type Loose = Record<string, unknown>;
type PageWindow = Window & {
  require: (name: string) => unknown;
  WWebJS?: { getMessageModel?: (model: unknown) => unknown };
};

/** A message is looked for this long after its time, s. */
const recentS = 300;

/** Runs inside the page: the ids of what came or was written lately and counts as new, at most 200. */
export function readRecent(since: number): string[] {
  const w = window as unknown as PageWindow;
  const { Msg } = w.require('WAWebCollections') as { Msg: { getModelsArray?: () => Loose[] } };
  const isDue = (model: Loose): boolean =>
    // What is not decrypted yet is told when it is.
    model.isNewMsg === true && model.type !== 'ciphertext' && Number(model.t) >= since;
  const recent = (Msg.getModelsArray?.() ?? []).filter(isDue);
  return recent.slice(-200).map((model) => String((model.id as Loose)._serialized ?? model.id));
}

/** Runs inside the page: those messages as the library reads them, or as the page itself does. */
export function readMessages(ids: string[]): unknown[] {
  const w = window as unknown as PageWindow;
  const { Msg } = w.require('WAWebCollections') as { Msg: { get: (id: string) => Loose | undefined } };
  return ids.flatMap((id) => {
    const model = Msg.get(id);
    try {
      return model ? [w.WWebJS?.getMessageModel?.(model)] : [];
    } catch {
      const plain = (model as { serialize?: () => Loose } | undefined)?.serialize?.();
      return plain ? [plain] : [];
    }
  });
}

/**
 * A connected page that tells of no message is worse than a dead one, since nobody misses anything. With each look at the page this
 * compares what it has with what was told; what was not told in the time between two looks is told now, once.
 */
export function createUnheard(deps: {
  page: Page;
  stream: EventStream;
  callMs: number;
  logger: EngineLogger;
}): () => void {
  const { page, stream, callMs, logger } = deps;
  let suspects = new Set<string>();
  const told = new Set<string>();
  let busy = false;

  async function look(): Promise<void> {
    const since = Math.floor(Date.now() / 1000) - recentS;
    const recent = await within(callMs, 'event check', page.evaluate(readRecent, since));
    const unheard = recent.filter((id) => !told.has(id) && !stream.knows(id));
    const lost = unheard.filter((id) => suspects.has(id));
    suspects = new Set(unheard);
    if (lost.length === 0) return;
    for (const id of lost) told.add(id);
    logger.error({ messages: lost.length }, 'the page had messages that it told nobody of');
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
