import type { OwnerId } from '@/server/auth/owner-id';
import type { Provider } from './schema';

/**
 * The channel port: what a provider must offer to carry messages. An attempt is written down before `send` is called
 * (messages/deliver.ts), so whatever becomes of the process, a message that may have left is known to.
 */
export interface ChannelPort {
  readonly provider: Provider;
  /** `now`: it takes a message at once. `soon`: it keeps it until it can. `no`: it cannot. */
  readiness(ownerId: OwnerId): Promise<'now' | 'soon' | 'no'>;
  /** Never rejects for what the provider says or fails to say: that is the outcome. */
  send(message: Outgoing): Promise<Outcome>;
  /**
   * What became of an attempt of which nobody knows: its id at the provider, or null where that cannot be told (yet). Absent: this
   * provider cannot be asked.
   */
  find?(attempt: Lost): Promise<string | null>;
}

/** A message as a channel needs it. */
export type Outgoing = {
  messageId: string;
  attemptId: string;
  ownerId: OwnerId;
  /** A phone (E.164) or an e-mail address; null: a number that WhatsApp hides, reached in its chat. */
  recipient: string | null;
  subject: string | null;
  text: string;
  templateType: string | null;
  /** Whose answers an e-mail asks for. */
  owner: { name: string; email: string };
};

/** An attempt whose answer never came. */
export type Lost = { recipient: string; text: string; at: Date; known: (ids: string[]) => Promise<Set<string>> };

/** `code` is the provider's own or ours; for words see provider-words.ts. */
export type Outcome =
  /** The provider took it. */
  | { kind: 'taken'; providerMessageId: string }
  /** It waits in the provider's own queue, which writes down what becomes of it. */
  | { kind: 'handed_over' }
  /** It certainly did not leave: it may be tried again, by this one or another. */
  | { kind: 'not_left'; code: string; retryAfterMs?: number }
  /** The provider said no, for good. */
  | { kind: 'refused'; code: string }
  /** Nobody can say whether it left. */
  | { kind: 'unconfirmed'; code: string };
