// @ts-check
// `npm run password -- ana@example.com`: a new password for an account whose owner has forgotten theirs. Run it on the server's own
// machine while the server runs: the right to do so is the server's secret (JWT_SECRET, `.env`, or the data folder's secrets.json).
// OMNIWP_URL is the server's address where it is not http://localhost:PORT.
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** Secrets that the running server may have, the likeliest first. */
function secrets() {
  const folders = [process.env.DATA_DIR, join('.data', 'live'), join('.data', 'sandbox')];
  const kept = folders.map((folder) => {
    try {
      return folder && JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8')).JWT_SECRET;
    } catch {
      return null;
    }
  });
  return [...new Set([process.env.JWT_SECRET, ...kept].filter(Boolean))];
}

/** The same that server/auth/tokens.ts signs: one use, one hour. */
function resetToken(/** @type {string} */ secret, /** @type {string} */ email) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { purpose: 'reset', email, jti: randomUUID(), iat: now, exp: now + 3600 };
  const part = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

try {
  try {
    process.loadEnvFile();
  } catch {
    // no .env: the secret is in the environment or in the data folder
  }
  const email = (process.argv[2] ?? '').trim().toLowerCase();
  if (!email) throw new Error('Say whose: npm run password -- ana@example.com');
  const url = (process.env.OMNIWP_URL || `http://localhost:${process.env.PORT || 3000}`).replace(/\/$/, '');
  const newPassword = randomBytes(12).toString('base64url');
  let said = 'Found no secret: set JWT_SECRET or DATA_DIR as the server has them.';
  let done = false;
  for (const secret of secrets()) {
    const response = await fetch(`${url}/api/v1/auth/password/reset`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-language': 'en' },
      body: JSON.stringify({ token: resetToken(secret, email), newPassword }),
    });
    done = response.ok;
    if (done) break;
    const { code, message } = await response.json();
    said = code === 'INVALID_TOKEN' ? `${url} has another secret, or no account ${email}.` : message;
  }
  if (!done) throw new Error(said);
  console.log(`New password of ${email}: ${newPassword}\nAll its sign-ins have ended. Change it after signing in.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
