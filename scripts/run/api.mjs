// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when the server answers that it is ready; rejects after `seconds`. */
export async function untilReady(/** @type {string} */ url, /** @type {number} */ seconds) {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(100)) {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    if (answer?.ok) return;
  }
  throw new Error(`${url} was not ready after ${seconds} s`);
}

export const DEMO = { name: 'Demo', email: 'demo@omniwp.local', password: 'demo-omniwp' };

/** Makes the demo login as any visitor would, over the server's own API; one that exists is fine. */
export async function registerDemo(/** @type {string} */ url) {
  const answer = await fetch(`${url}/api/trpc/auth.register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ json: DEMO }),
  });
  if (answer.ok || answer.status === 409) return;
  throw new Error(`The demo login could not be made (${answer.status}): ${(await answer.text()).slice(0, 300)}`);
}
