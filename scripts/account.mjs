// @ts-check
// `npm run account -- disable ana@example.com` (or `enable`): a member's account is let in no more; every sign-in of it ends, open
// sockets too. OMNIWP_EMAIL and OMNIWP_PASSWORD are the admin's; OMNIWP_URL is the server's
// address where it is not http://localhost:PORT.
const url = (process.env.OMNIWP_URL || `http://localhost:${process.env.PORT || 3000}`).replace(/\/$/, '');

async function call(/** @type {string} */ path, /** @type {object} */ input, /** @type {string} */ token) {
  const response = await fetch(`${url}/api/trpc/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'accept-language': 'en',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ json: input }),
  }).catch(() => {
    throw new Error(`No server answers at ${url}: say where it is with PORT or OMNIWP_URL.`);
  });
  const answer = await response.json();
  if (answer.error) throw new Error(answer.error.json.message);
  return answer.result.data.json;
}

try {
  const [verb, account] = process.argv.slice(2);
  if ((verb !== 'disable' && verb !== 'enable') || !account) {
    throw new Error('There is: npm run account -- disable ana@example.com, and enable.');
  }
  const { OMNIWP_EMAIL: email, OMNIWP_PASSWORD: password } = process.env;
  if (!email || !password) throw new Error("Set OMNIWP_EMAIL and OMNIWP_PASSWORD to the admin's account.");
  const { token } = await call('auth.login', { email, password }, '');
  await call('auth.setDisabled', { email: account, disabled: verb === 'disable' }, token);
  await call('auth.logout', {}, token);
  console.log(`${account}: ${verb}d`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
