import type { Ack, EngineEvent, MessageId } from './engine';
import { ackOf, type RawMessage, toAck, toMessage } from './wwebjs-convert';
import { chatIdOf, chatOfMessageId, idText, tokenOf } from './wwebjs-ids';
import type { LidBook } from './wwebjs-lids';
import type { EngineLogger } from './wwebjs-settings';

/** How many ids are remembered, to tell what was said already. */
const memory = 2000;

/** A message that failed may still be sent. */
const steps: Record<Ack, number> = { failed: 0.5, sent: 1, delivered: 2, read: 3 };

/** What happens to one send while it is under way. */
export type SendSlot = { settle: (sent: MessageId | null) => void };

type Slot = { token: string | null };

export type EventStream = {
  message: (raw: RawMessage) => void;
  ack: (raw: RawMessage, value: unknown) => void;
  /** Everything that came before this waits for it: `ready` is said before the first message. */
  open: () => void;
  /** `token`: the id's own part under which it goes; null where it is not known beforehand. */
  beginSend: (token: string | null) => SendSlot;
  /** Whether the page has told of a message, or it is ours. */
  knows: (id: string) => boolean;
  /** Whether a message of ours that is known here has got further (`ack`, as the page has it) than was told. */
  lags: (id: string, ack: unknown) => boolean;
  /** Ids of what was sent through this engine lately. */
  sentIds: () => string[];
};

/**
 * Puts the page's messages and acks in one order and says each once. What the owner typed elsewhere is told; what we send
 * ourselves is not, since the sender has it from its own call: so while a send is under way, own messages and acks wait until
 * it is known which of them are its (at once where sends go under tokens).
 */
export function createEventStream(
  emit: (event: EngineEvent) => void,
  lids: LidBook,
  logger: Pick<EngineLogger, 'warn'>,
): EventStream {
  const seen = new Set<string>();
  const sent = new Set<string>();
  const heard = new Set<string>();
  /** How far each own message got, as was told: doubled and late acks are none. */
  const acked = new Map<string, number>();
  const underWay = new Set<Slot>();
  let held: { event: EngineEvent; until: Set<Slot> }[] = [];
  /** A send has come back under the id that was reserved for it: this page keeps its word. */
  let proven = false;
  let early: EngineEvent[] | null = [];
  let queue = Promise.resolve();

  const forget = (ids: Set<string> | Map<string, unknown>): void => {
    if (ids.size > memory) for (const oldest of ids.keys()) return void ids.delete(oldest);
  };
  const remember = (ids: Set<string>, id: string): void => {
    ids.add(id);
    forget(ids);
  };
  /** false: it was told before, or what comes after it was. */
  function isNews(id: string, ack: Ack): boolean {
    const before = acked.get(id) ?? 0;
    const isFurther = ack === 'failed' ? before === 0 : steps[ack] > before;
    if (isFurther) acked.set(id, steps[ack]);
    forget(acked);
    return isFurther;
  }

  function say(event: EngineEvent): void {
    if (event.type === 'message') {
      const { id } = event.message;
      if (seen.has(id) || sent.has(id)) return;
      remember(seen, id);
      if (event.message.direction === 'outbound') acked.set(id, event.message.ack ? steps[event.message.ack] : 0);
    }
    if (event.type === 'ack' && !isNews(event.messageId, event.ack)) return;
    if (early) early.push(event);
    else emit(event);
  }

  /** The sends under way that this may be of: by its token, or, where one goes without, any. */
  function suspectsOf(event: EngineEvent): Slot[] {
    if (event.type === 'state' || (event.type === 'message' && event.message.direction === 'inbound')) return [];
    const token = tokenOf(event.type === 'message' ? event.message.id : event.messageId);
    return [...underWay].filter((slot) => !proven || slot.token === null || slot.token === token);
  }

  function hold(event: EngineEvent): void {
    const suspects = suspectsOf(event);
    if (suspects.length > 0) held.push({ event, until: new Set(suspects) });
    else say(event);
  }

  /** A turn later, so that the sender hears of its own message first. */
  function release(slot: Slot): void {
    for (const { until } of held) until.delete(slot);
    const free = held.filter(({ until }) => until.size === 0);
    held = held.filter(({ until }) => until.size > 0);
    if (free.length > 0) setImmediate(() => free.forEach(({ event }) => say(event)));
  }

  const inOrder = (raw: RawMessage, convert: () => EngineEvent | null): void => {
    // One that cannot be read must not keep the next ones back.
    queue = queue
      .then(async () => {
        const chat = chatOfMessageId(idText(raw.id) ?? '') ?? chatIdOf(raw.from);
        if (chat) await lids.learn(chat);
        const event = convert();
        if (event) hold(event);
      })
      .catch((error: unknown) => logger.warn({ err: error }, 'what the page told could not be read'));
  };
  const isReadable = (raw: unknown): raw is RawMessage => typeof raw === 'object' && raw !== null;

  return {
    message(raw) {
      if (!isReadable(raw)) return;
      remember(heard, idText(raw.id) ?? '');
      inOrder(raw, () => {
        const message = toMessage(raw, { phoneOfLid: lids.phoneOf });
        return message && { type: 'message', message };
      });
    },
    ack(raw, value) {
      if (isReadable(raw)) inOrder(raw, () => toAck(raw, value));
    },
    open() {
      const waiting = early ?? [];
      early = null;
      for (const event of waiting) emit(event);
    },
    beginSend(token) {
      const slot = { token };
      underWay.add(slot);
      return {
        settle(id) {
          if (id) {
            remember(sent, id);
            acked.set(id, acked.get(id) ?? 0);
          }
          if (id && token !== null) proven = tokenOf(id) === token;
          underWay.delete(slot);
          release(slot);
        },
      };
    },
    knows: (id) => heard.has(id) || sent.has(id),
    lags(id, ack) {
      const [told, now] = [acked.get(id), ackOf(ack)];
      return told !== undefined && now !== null && steps[now] > told;
    },
    sentIds: () => [...sent].slice(-100),
  };
}
