import { createTestApp, type TestApp } from './app';
import { freePort } from './free-port';
import { NO_LIMITS } from './no-limits';
import { createTwilioPeer, type TwilioPeer } from './twilio-peer';

/** A server whose Twilio is a peer of ours; `webhook` is where that one calls back. */
export async function createTwilioApp(stores: {
  databaseUrl: string;
  redisUrl: string;
}): Promise<{ twilio: TwilioPeer; app: TestApp; webhook: string }> {
  const { databaseUrl, redisUrl } = stores;
  const twilio = await createTwilioPeer();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...NO_LIMITS, ...twilio.env, PORT: String(port), PUBLIC_URL: url };
  const app = await createTestApp({ databaseUrl, redisUrl, timeoutMs: 500, env });
  return { twilio, app, webhook: `${url}/api/v1/webhooks/twilio` };
}
