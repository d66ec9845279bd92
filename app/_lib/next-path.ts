/** Where to go after signing in: only a path of this site, so that a link to the login page cannot send people elsewhere. */
export function nextPath(value: string | string[] | null | undefined): string {
  if (typeof value !== 'string' || !/^\/(?![/\\])/.test(value)) return '/';
  // A browser drops tabs and line breaks from an address before it reads it: "/\t/evil.example" is "//evil.example".
  for (const character of value) if (character <= ' ' || character === '\\') return '/';
  return /^\/(login|register|reset)/.test(value) ? '/' : value;
}

/** The login page, which comes back to `path` afterwards. */
export function loginPath(path: string): string {
  const next = nextPath(path);
  return next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`;
}
