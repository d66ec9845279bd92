import type { MessageType } from '@/sandbox/protocol';
import type { Switches } from '@/sandbox/switches';
import type { Chat, ChatStore, Msg } from './chat-store';
import { type Connection, Refused } from './connection';
import { type MsgKey, newId } from './msg-key';
import type { Storage } from './storage';

/** `place`: the order in which they were added, also over a reload; `t` is whole seconds. */
type Outgoing = { chat: string; id: string; body: string; type: MessageType; t: number; place: number };
type Sent = { messageSendResult: 'OK' | 'ERROR_UNKNOWN' | 'ERROR_EXPIRED'; t: number; count: number };

const outbox = 'outbox ';

/**
 * Messages leave in the order in which they were added. What has not been answered stays in the profile and leaves after the
 * next connection, also of a page that was loaded anew; the network takes each id once.
 */
export function createSending(given: {
  connection: () => Connection;
  store: ChatStore;
  storage: Storage;
  switches: Pick<Switches, 'answerMs' | 'chosenIds'>;
}) {
  const { store, storage, switches } = given;
  const unsent = new Map<string, { message: Outgoing; settle(sent: Sent): void }>();
  let line: Promise<void> = Promise.resolve();
  let last = 0;
  const nextPlace = (): number => {
    last = Math.max(last + 1, Date.now() * 1000);
    return last;
  };

  function model(outgoing: Outgoing): Msg | undefined {
    return store.messages.get(store.keyOf({ ...outgoing, fromMe: true, author: null }));
  }

  /** False: there is no connection, and what comes after it would overtake it. */
  async function deliver(id: string): Promise<boolean> {
    const entry = unsent.get(id);
    if (!entry) return true;
    const { message, settle } = entry;
    try {
      const answer = await given.connection().call<{ t: number; ack: number }>({
        op: 'send',
        to: message.chat,
        id,
        body: message.body,
        messageType: message.type,
        t: message.t,
      });
      unsent.delete(id);
      const sent = model(message);
      if (sent && sent.ack < answer.ack) sent.set({ ack: answer.ack });
      settle({ messageSendResult: 'OK', t: answer.t, count: 1 });
    } catch (error) {
      // No connection: it stays, with its clock, until there is one.
      if (error instanceof Refused && error.code === 'OFFLINE') return false;
      unsent.delete(id);
      model(message)?.set({ ack: -1 });
      settle({ messageSendResult: 'ERROR_UNKNOWN', t: message.t, count: 1 });
    }
    await storage.remove(outbox + id);
    return true;
  }

  async function flush(): Promise<void> {
    const waiting = [...unsent].sort(([, a], [, b]) => a.message.place - b.message.place);
    for (const [id] of waiting) if (!(await deliver(id))) return;
  }

  /** One after the other: `before` it, nothing that was added later leaves. */
  function enqueue(before: () => Promise<void> = async () => {}): void {
    line = line
      .then(before)
      .then(flush)
      .catch(() => {});
  }

  async function add(chat: Chat, given: Record<string, unknown> & { id: MsgKey; t: number }): Promise<Outgoing> {
    const address = chat.id.toString();
    const place = nextPlace();
    const renamed = switches.chosenIds === 'ignored';
    const id = renamed ? store.keyOf({ id: await newId(), fromMe: true, chat: address, author: null }) : given.id;
    const attributes: Record<string, unknown> & { id: MsgKey; t: number } = { ...given, id };
    const message = store.createMsg(attributes);
    const outgoing: Outgoing = {
      chat: address,
      id: id.id,
      body: String(attributes.body ?? ''),
      type: (attributes.type as MessageType | undefined) ?? 'chat',
      t: attributes.t,
      place,
    };
    await storage.put(outbox + outgoing.id, outgoing);
    store.chats.add(chat);
    chat.msgs.add(message);
    chat.set({ t: message.t, lastReceivedKey: message.id });
    store.messages.add(message);
    return outgoing;
  }

  return {
    /** As on the real page: two promises, one for "it is in the chat" and one for "the network has it". */
    addAndSendMsgToChat(
      chat: Chat,
      attributes: Record<string, unknown> & { id: MsgKey; t: number },
    ): [Promise<Msg | undefined>, Promise<Sent>] {
      const added = add(chat, attributes);
      const sent = added.then(
        (message) =>
          new Promise<Sent>((settle) => {
            unsent.set(message.id, { message, settle });
            enqueue();
          }),
      );
      const told = added.then(async (message) => {
        if (switches.answerMs > 0) await new Promise((done) => setTimeout(done, switches.answerMs));
        return model(message);
      });
      return [told, sent];
    },
    /** Sends again what is still here, from this page or from one before it. */
    resend(): void {
      enqueue(async () => {
        for (const message of (await storage.entries(outbox)) as Outgoing[]) {
          if (!unsent.has(message.id)) unsent.set(message.id, { message, settle: () => undefined });
        }
      });
    },
  };
}

export type Sending = ReturnType<typeof createSending>;
