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
  let resumed = 0;
  /** Which subscription is the present one: what an earlier one still says is not heard. */
  let present = 0;

  function follow(): void {
    present += 1;
    const own = present;
    client ??= business.client();
    const resume = () => {
      if (own !== present) return;
      resumed += 1;
      follow();
    };
    subscription?.unsubscribe();
    subscription = client.trpc.events.follow.subscribe(
      { lastEventId: String(seen.at(-1)?.seq ?? 0) },
      {
        onData: ({ data }) => {
          if (own === present) seen.push(data);
        },
        onError: () => setTimeout(resume, AGAIN_MS),
      },
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
      client?.close();
      client = null;
      resumed += 1;
      follow();
    },
    close(): void {
      present += 1;
      subscription?.unsubscribe();
      client?.close();
    },
  };
}

export type Follower = ReturnType<typeof createFollower>;
