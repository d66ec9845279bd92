import type { QueryClient } from '@tanstack/react-query';

const KEPT = 1_000;

/**
 * A page that was asked for before something happened, and arrives after it was shown, would wipe it from the screen again. So
 * whatever happens while a fetch under `paths` is on its way is told once more when the answer is in.
 */
export function createReplay<Happening>(
  queryClient: QueryClient,
  paths: readonly string[],
  tell: (happening: Happening) => void,
) {
  let told = 0;
  let recent: Happening[] = [];
  const started = new Map<string, number>();

  const unsubscribe = queryClient.getQueryCache().subscribe((notice) => {
    if (notice.type !== 'updated') return;
    const path = notice.query.queryKey[0];
    if (!Array.isArray(path) || !paths.includes(path.join('.'))) return;
    const { queryHash } = notice.query;
    if (notice.action.type === 'fetch') started.set(queryHash, told);
    if (notice.action.type !== 'success' || notice.action.manual === true) return;
    const from = started.get(queryHash);
    started.delete(queryHash);
    if (from === undefined || from === told) return;
    const missed = recent.slice(Math.max(0, recent.length - (told - from)));
    // Not inside the cache's own notification: the change it announces is still being made.
    queueMicrotask(() => missed.forEach(tell));
  });

  return {
    add(happening: Happening) {
      told += 1;
      recent = [...recent, happening].slice(-KEPT);
      tell(happening);
    },
    stop: unsubscribe,
  };
}
