import type { OwnerId } from '@/server/auth/owner-id';
import type { Deps } from '@/server/trpc';
import type { Told } from './socket-events';
import { createFeed, type Feed } from './socket-feed';

export type Listener = (told: Told) => void;

export type Feeds = ReturnType<typeof createFeeds>;

/** One feed for each owner who has a socket here that listens. */
export function createFeeds(deps: Deps) {
  const feeds = new Map<OwnerId, { feed: Feed; listeners: Set<Listener> }>();

  function entryOf(ownerId: OwnerId) {
    const found = feeds.get(ownerId);
    if (found) return found;
    const listeners = new Set<Listener>();
    const feed = createFeed(deps, ownerId, (told) => listeners.forEach((listener) => listener(told)));
    const entry = { feed, listeners };
    feeds.set(ownerId, entry);
    return entry;
  }

  return {
    /** The present state at once, then everything. Returns the way to stop. */
    listen(ownerId: OwnerId, listener: Listener): () => void {
      const entry = entryOf(ownerId);
      entry.listeners.add(listener);
      entry.feed.present().forEach(listener);
      return () => {
        entry.listeners.delete(listener);
        if (entry.listeners.size > 0 || feeds.get(ownerId) !== entry) return;
        feeds.delete(ownerId);
        entry.feed.close();
      };
    },
    close(): void {
      for (const { feed } of feeds.values()) feed.close();
      feeds.clear();
    },
  };
}
