// @ts-check
// `npm run invite`: an invitation link for a server whose registration is by invitation. OMNIWP_EMAIL and OMNIWP_PASSWORD are the
// admin's; OMNIWP_URL is the server's address. The link holds for seven days.
const url = (process.env.OMNIWP_URL || `http://localhost:${process.env.PORT || 3000}`).replace(/\/$/, '');

async function call(/** @type {string} */ path, /** @type {object} */ input, /** @type {string} */ token) {
  const response = await fetch(`${url}/api/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(input),
  });
  const answer = await response.json();
  if (answer.error) throw new Error(answer.error.json.message);
  return answer.result.data.json;
}

try {
  const { OMNIWP_EMAIL: email, OMNIWP_PASSWORD: password } = process.env;
  if (!email || !password) throw new Error("Set OMNIWP_EMAIL and OMNIWP_PASSWORD to the admin's account.");
  const { token } = await call('auth.login', { json: { email, password } }, '');
  const { inviteToken } = await call('auth.invite', {}, token);
  console.log(`${url}/register?invite=${encodeURIComponent(inviteToken)}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
