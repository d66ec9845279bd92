import type { createOmniClient } from '@/server/client';
import type { OwnerEvent } from '@/server/events/schema';
import type { WhatsappStatus } from '@/server/whatsapp/schema';

type Trpc = ReturnType<typeof createOmniClient>['trpc'];

/** Everything that an account's two subscriptions tell it, from the beginning of its log. */
export function listen({ trpc }: { trpc: Trpc }) {
  const events: OwnerEvent[] = [];
  const states: WhatsappStatus[] = [];
  const streams = [
    trpc.events.follow.subscribe({ lastEventId: '0' }, { onData: ({ data }) => void events.push(data) }),
    trpc.whatsapp.onStatus.subscribe(undefined, { onData: (status) => void states.push(status) }),
  ];
  return { events, states, stop: () => streams.forEach((stream) => stream.unsubscribe()) };
}
