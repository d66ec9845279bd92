import type { ChatState } from './protocol';
import type { Message } from './tables';

/** What happens on the network, said once, after it is in the journal. `phone` is the account that it concerns. */
export type NetworkEvent =
  | { type: 'mail'; phone: string; seq: number }
  | { type: 'ack'; phone: string; message: Message }
  | { type: 'unread'; phone: string; chat: string; count: number }
  | { type: 'chatState'; phone: string; from: string; state: ChatState }
  | { type: 'unlinked'; phone: string; deviceId: string; reason: string }
  | { type: 'devices'; phone: string }
  | { type: 'account'; phone: string }
  | { type: 'waiting' };

export function createBus() {
  const listeners = new Set<(event: NetworkEvent) => void>();
  return {
    emit(event: NetworkEvent): void {
      for (const listener of listeners) listener(event);
    },
    /** Returns the way to stop. */
    on(listener: (event: NetworkEvent) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export type Bus = ReturnType<typeof createBus>;
