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

const post = (/** @type {string} */ url, /** @type {object} */ body) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ json: body }),
  });

/** Makes the demo login as any visitor would, over the server's own API, unless it is there. */
export async function registerDemo(/** @type {string} */ url) {
  // a visitor may make so many accounts and no more: a second start asks for none
  if ((await post(`${url}/api/trpc/auth.login`, DEMO)).ok) return;
  const answer = await post(`${url}/api/trpc/auth.register`, DEMO);
  // its password may have been changed
  if (answer.ok || answer.status === 409) return;
  throw new Error(`The demo login could not be made (${answer.status}): ${(await answer.text()).slice(0, 300)}`);
}
