import type { Page } from 'puppeteer-core';
import type { Client } from 'whatsapp-web.js';
import { type Engine, EngineError, type EngineMessage } from './engine';
import { checkNumber, findSent, readChats, readHistory, readSavedName } from './wwebjs-chat-page';
import { type RawMessage, silentTypes, toChat, toMessage, toName } from './wwebjs-convert';
import { wasNavigation } from './wwebjs-client';
import { DeadlineError, notReady, pause, within } from './wwebjs-deadline';
import { chatIdOf, digitsOf, idText, isLid, phoneOf } from './wwebjs-ids';
import type { LidBook } from './wwebjs-lids';
import { newToken, tokenOption } from './wwebjs-reserve';
import type { Deadlines, EngineLogger } from './wwebjs-settings';
import type { EventStream } from './wwebjs-stream';

/** How long a message is waited for that the page refused to send, ms. */
const graceMs = 2000;

export type CallDeps = {
  client: Client;
  page: Page;
  lids: LidBook;
  stream: EventStream;
  deadlines: Deadlines;
  /** Rejects when the browser or the page ended, or the engine stops. */
  ended: AbortSignal;
  logger: EngineLogger;
};

type Calls = Required<Pick<Engine, 'send' | 'resolve' | 'chats' | 'savedName' | 'history' | 'markRead'>> & {
  /** Says whether this page lets a send choose its id; said again for each document. */
  reserves: (can: boolean) => void;
  reserveId: () => string | null;
  /** Whether a call is under way in the page. */
  isBusy: () => boolean;
};

/** What a ready engine can be asked. Every call ends: with an answer, after its deadline, or when the browser dies. */
export function createCalls({ client, page, lids, stream, deadlines, ended, logger }: CallDeps): Calls {
  const context = { phoneOfLid: lids.phoneOf };
  let canReserve = true;
  /** When this document was taken over. */
  let openedAt = Date.now();
  let underWay = 0;

  async function counted<T>(work: () => Promise<T>): Promise<T> {
    underWay += 1;
    try {
      return await work();
    } finally {
      underWay -= 1;
    }
  }

  /** For calls that change nothing: nothing left, whatever happened. */
  async function ask<T>(phase: string, ms: number, work: Promise<T>): Promise<T> {
    try {
      return await counted(() => within(ms, phase, work, ended));
    } catch (error) {
      if (error instanceof EngineError) throw error;
      if (wasNavigation(error)) throw notReady(`${phase}: the page was loaded anew.`);
      const code = error instanceof DeadlineError ? 'TIMEOUT' : isLacking(error) ? 'UNSUPPORTED' : 'REJECTED';
      throw new EngineError(code, 'no', `${phase}: ${wordsOf(error)}`);
    }
  }

  /**
   * The library resolves nothing for a message that it cannot find again, and fails on changes that happen after WhatsApp took
   * it: so the chat itself is asked. A message that left is never reported as failed.
   */
  async function settle(
    chat: string,
    text: string,
    token: string | null,
    since: number,
    cause: unknown,
  ): Promise<RawMessage> {
    // A send that went through without an answer may have been given another id than ours.
    const byText = token === null || cause === null;
    const wanted = { chatId: chat, text, token, byText, since, known: stream.sentIds() };
    const look = () =>
      within(deadlines.callMs, 'looking for the message', page.evaluate(findSent, wanted), ended).catch(() => null);
    const late = cause instanceof DeadlineError;
    let found = await look();
    // A page that failed may put the message into the chat a moment later all the same.
    for (const until = Date.now() + graceMs; isOpen(found) && !late && Date.now() < until && !ended.aborted; ) {
      await pause(100);
      found = await look();
    }
    if (found?.message) return found.message as RawMessage;
    if (found && !found.chat && !late) throw new EngineError('CHAT_NOT_FOUND', 'no', 'The page has no such chat.');
    logger.warn({ err: cause }, 'a send failed');
    if (late) throw new EngineError('TIMEOUT', 'unknown', wordsOf(cause));
    // The page answers and knows of no such message: it was refused before it was queued.
    if (found && cause !== null)
      throw new EngineError(isLacking(cause) ? 'UNSUPPORTED' : 'REJECTED', 'no', wordsOf(cause));
    throw new EngineError('UNKNOWN', 'unknown', cause === null ? 'The page did not say what it sent.' : wordsOf(cause));
  }

  async function sendText(chat: string, text: string, token: string | null): Promise<RawMessage> {
    // The page dates a message by its own clock, in whole seconds.
    const since = Math.floor(Date.now() / 1000) - 1;
    // No read receipt by answering, no preview that has to be fetched first, no text taken for a contact card.
    const extra = token ? { extra: { [tokenOption]: token } } : {};
    const options = { sendSeen: false, linkPreview: false, parseVCards: false, ...extra };
    try {
      const sent = await within(deadlines.sendMs, 'send', client.sendMessage(chat, text, options), ended);
      if (sent) return sent.rawData as RawMessage;
    } catch (error) {
      return settle(chat, text, token, since, error);
    }
    return settle(chat, text, token, since, null);
  }

  function reserves(can: boolean): void {
    canReserve = can;
    openedAt = Date.now();
    if (!can) logger.warn({}, 'this page does not let a message choose its id');
  }

  return {
    reserves,
    isBusy: () => underWay > 0,
    reserveId: () => (canReserve ? newToken() : null),

    async send(chat, content, options) {
      const token = canReserve ? (options?.token ?? null) : null;
      const slot = stream.beginSend(token);
      let message: EngineMessage | null = null;
      try {
        const raw = await counted(() => sendText(chat, content.text, token));
        await lids.learn(chat);
        message = toMessage(raw, context);
        if (!message) throw new EngineError('UNKNOWN', 'unknown', 'The page sent a message that has no id.');
        if (token !== null && message.token !== token) reserves(false);
        return message;
      } finally {
        slot.settle(message?.id ?? null);
      }
    },

    async resolve(phone) {
      const digits = digitsOf(phone);
      const wid = await ask('number check', deadlines.callMs, page.evaluate(checkNumber, digits));
      const chatId = chatIdOf(wid);
      if (!chatId) return null;
      // WhatsApp's own spelling of a number may differ from the one that was typed (Mexico, Brazil, Argentina).
      const spelt = phoneOf(wid) ?? lids.phoneOf(chatId) ?? `+${digits}`;
      if (isLid(chatId)) lids.remember(chatId, spelt);
      return { chatId, phone: spelt };
    },

    async chats(limit) {
      const read = () => ask('chat list', deadlines.loadMs, page.evaluate(readChats, limit));
      let rows = await read();
      // A page that has only just begun may still be loading them.
      while (rows.length === 0 && Date.now() - openedAt < deadlines.chatsMs) {
        await pause(deadlines.pollMs);
        rows = await read();
      }
      for (const row of rows) await lids.learn(idText(row.id) ?? '');
      return rows.map((row) => toChat(row, context)).filter((chat) => chat !== null);
    },

    async savedName(chat) {
      return toName(await ask('saved name', deadlines.callMs, page.evaluate(readSavedName, chat)));
    },

    async history(chat, limit, before) {
      const wanted = { chatId: chat, limit, before: before ?? null, skip: silentTypes };
      const rows = await ask('history', deadlines.loadMs, page.evaluate(readHistory, wanted));
      await lids.learn(chat);
      return (rows ?? []).map((row) => toMessage(row as RawMessage, context)).filter((message) => message !== null);
    },

    async markRead(chat) {
      const found = await ask('read receipt', deadlines.callMs, client.sendSeen(chat));
      if (!found) throw new EngineError('CHAT_NOT_FOUND', 'no', 'The page has no such chat.');
    },
  };
}

/** There is a chat, and no message in it yet. */
const isOpen = (found: { chat: boolean; message: unknown } | null): boolean => found?.chat === true && !found.message;

/** The page no longer has what the call needs: a module that is gone, a member by another name. */
const isLacking = (error: unknown): boolean =>
  /unknown module|is not (a function|a constructor|iterable)|Cannot (read prop|destructure)/i.test(wordsOf(error));

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 300);
