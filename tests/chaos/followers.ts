import type { OwnerEvent } from '@/server/events/schema';
import type { Business, Client } from './world';

const AGAIN_MS = 250;

/**
 * A program that follows an owner's events from the first on and resumes with the last id it saw: by the client itself when the
 * connection breaks, and with a client of its own after it hung up or the server ended the subscription with an error.
 */
export function createFollower(business: Business) {
  const seen: OwnerEvent[] = [];
  let client: Client | null = null;
  let subscription: { unsubscribe(): void } | null = null;
  let closed = false;
  let resumed = 0;

  function follow(): void {
    if (closed) return;
    client ??= business.client();
    const from = String(seen.at(-1)?.seq ?? 0);
    const again = () => {
      resumed += 1;
      setTimeout(follow, AGAIN_MS);
    };
    subscription = client.trpc.events.follow.subscribe(
      { lastEventId: from },
      { onData: ({ data }) => void seen.push(data), onError: again },
    );
  }
  follow();

  return {
    business,
    /** In the order in which they came, whatever that was. */
    seen: (): readonly OwnerEvent[] => seen,
    head: () => seen.at(-1)?.seq ?? 0,
    resumed: () => resumed,
    hangUp(): void {
      subscription?.unsubscribe();
      client?.close();
      client = null;
      resumed += 1;
      follow();
    },
    close(): void {
      closed = true;
      subscription?.unsubscribe();
      client?.close();
    },
  };
}

export type Follower = ReturnType<typeof createFollower>;
