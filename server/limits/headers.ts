import type { Counted } from './limits';

/** `RateLimit-*` for the answer. Of several calls in one request the tightest limit is told. */
export function tellLimit(headers: Headers, { max, remaining, resetSeconds, windowSeconds }: Counted): void {
  const told = headers.get('ratelimit-remaining');
  if (told !== null && Number(told) < remaining) return;
  headers.set('ratelimit-limit', String(max));
  headers.set('ratelimit-remaining', String(remaining));
  headers.set('ratelimit-reset', String(resetSeconds));
  headers.set('ratelimit-policy', `${max};w=${windowSeconds}`);
}
