import type { Me } from './schema';

/**
 * What next-auth's route needs of the live server. Next bundles its own copy of every module, so main.ts puts this one object on
 * globalThis under Symbol.for('omniwp') (shared by both copies), and auth/options.ts alone reads it.
 */
export type LiveAuth = {
  /** Throws an AppError whose `code` the login page turns into words. */
  login(input: { email: string; password: string; address: string }): Promise<{ user: Me; sessionId: string }>;
  isLive(sessionId: string): Promise<boolean>;
  end(sessionId: string): Promise<void>;
  secret: string;
  lifetimeSeconds: number;
  cookiePrefix: string;
  secureCookies: boolean;
};

const KEY = Symbol.for('omniwp');
type Holder = typeof globalThis & { [KEY]?: LiveAuth };

export function publishLiveAuth(live: LiveAuth): void {
  (globalThis as Holder)[KEY] = live;
}

export function liveAuth(): LiveAuth {
  const live = (globalThis as Holder)[KEY];
  if (!live) throw new Error('the sign-in route runs inside server/main.ts only');
  return live;
}
