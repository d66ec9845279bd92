// @ts-check
// `npm run live-check`: walks through the main job with a real phone (or the sandbox's) on a server that runs, and says of each
// step whether it came true. It asks a person to do something, then watches for the effect; it never guesses. See docs/live-check.md.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const url = (process.env.OMNIWP_URL ?? 'http://localhost:3000').replace(/\/$/, '');
const email = process.env.OMNIWP_EMAIL ?? '';
const password = process.env.OMNIWP_PASSWORD ?? '';
const patience = Number(process.env.LIVE_CHECK_SECONDS ?? 300) * 1000;

let token = '';
/** @type {{ step: string, ok: boolean, note: string }[]} */
const results = [];

/**
 * Calls a procedure over HTTP, as any program could, within the limits that the server has for programs.
 * @param {'query' | 'mutation'} type
 * @param {string} path
 * @param {unknown} [input]
 * @returns {Promise<any>}
 */
async function call(type, path, input) {
  const said = JSON.stringify(input === undefined ? {} : { json: input });
  const search = type === 'query' ? `?input=${encodeURIComponent(said)}` : '';
  const response = await fetch(`${url}/api/trpc/${path}${search}`, {
    method: type === 'query' ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    ...(type === 'mutation' && { body: said }),
  });
  const answer = await response.json();
  if (response.status === 429) {
    await sleep(1000 * Number(response.headers.get('retry-after') ?? 1));
    return call(type, path, input);
  }
  if (answer.error) throw new Error(answer.error.json.message);
  return answer.result.data.json;
}

const query = (/** @type {string} */ path, /** @type {unknown} */ input = undefined) => call('query', path, input);
const mutate = (/** @type {string} */ path, /** @type {unknown} */ input = undefined) => call('mutation', path, input);

/**
 * Looks every half second until `check` gives something, or patience ends.
 * @template T
 * @param {() => Promise<T | null | undefined | false>} check
 * @returns {Promise<T>}
 */
async function until(check) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await check().catch(() => null);
    if (found) return found;
    if (Date.now() > end) throw new Error(`not seen within ${patience / 1000} s`);
    await sleep(500);
  }
}

/**
 * @template T
 * @param {string} name what should come true
 * @param {string | null} ask what the person does
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function step(name, ask, work) {
  if (ask) console.log(`\n→ ${ask}`);
  try {
    const result = await work();
    results.push({ step: name, ok: true, note: '' });
    console.log(`✓ ${name}`);
    return result;
  } catch (error) {
    const note = error instanceof Error ? error.message : String(error);
    results.push({ step: name, ok: false, note });
    console.log(`✗ ${name}: ${note}`);
    throw error;
  }
}

const status = () => query('whatsapp.status');
const newest = async () => (await query('chats.list', { limit: 1 })).items[0];
const messagesOf = async (/** @type {string} */ chatId) => (await query('chats.messages', { chatId, limit: 20 })).items;

async function main() {
  if (!email || !password) throw new Error('Set OMNIWP_EMAIL and OMNIWP_PASSWORD to an account of this server.');
  ({ token } = await mutate('auth.login', { email, password }));

  await step('a QR or a link is there', null, async () => {
    const { status: word } = await mutate('whatsapp.connect');
    if (word !== 'qr_ready' && word !== 'connected') throw new Error(`the session is ${word}`);
  });
  const linked = await step(
    'connected, with number and name',
    `Open ${url}/connect and scan the QR with the phone (WhatsApp → Linked devices).`,
    () =>
      until(async () => {
        const now = await status();
        return now.connected && now.phoneNumber && now;
      }),
  );
  console.log(`  linked as ${linked.name}`);

  const started = Date.now() - 2000;
  const chat = await step(
    'a message that comes in is shown',
    'From another phone, write anything to this number.',
    () =>
      until(async () => {
        const found = await newest();
        return found?.lastMessage?.direction === 'inbound' && Date.parse(found.lastMessageAt) >= started && found;
      }),
  );
  const sent = await step('an answer is accepted', null, () =>
    mutate('chats.send', {
      chatId: chat.id,
      text: 'OmniWP live check ✓ ¿Se lee bien? “ñandú”',
      clientKey: randomUUID(),
    }),
  );
  const reached = (/** @type {string[]} */ words) =>
    until(async () => {
      const messages = await messagesOf(chat.id);
      return messages.find(
        (/** @type {{id: string, status: string}} */ { id, status: word }) => id === sent.id && words.includes(word),
      );
    });
  await step('the answer left (one tick)', null, () => reached(['sent', 'delivered', 'read']));
  await step('the answer was delivered (two ticks)', 'Make sure the other phone is online.', () =>
    reached(['delivered', 'read']),
  );
  await step('the answer was read (blue ticks)', 'On the other phone, open the chat (with read receipts on).', () =>
    reached(['read']),
  );
  await step(
    'what is written on the linked phone itself is shown',
    'On the linked phone, write anything in the same chat.',
    () =>
      until(async () => {
        const last = (await messagesOf(chat.id)).at(-1);
        return last?.direction === 'outbound' && last.id !== sent.id;
      }),
  );
  await step('an unknown number is refused', null, async () => {
    const refused = await mutate('chats.start', { phone: '+54 9 11 0000 0000' }).then(
      () => false,
      () => true,
    );
    if (!refused) throw new Error('+54 9 11 0000 0000 was taken for a WhatsApp number');
  });
  await step('stopped and restored without a new QR', null, async () => {
    await mutate('whatsapp.disconnect');
    await mutate('whatsapp.restore');
    await until(async () => {
      const now = await status();
      if (now.status === 'qr_ready') throw new Error('a QR was asked for');
      return now.connected;
    });
  });
  await step('a log-out on the phone is noticed', 'On the linked phone: Linked devices → this device → Log out.', () =>
    until(async () => (await status()).status === 'logged_out'),
  );
}

const outcome = await main().then(
  () => 0,
  (error) => {
    if (results.at(-1)?.ok !== false) console.error(error instanceof Error ? error.message : error);
    return 1;
  },
);
const passed = results.filter(({ ok }) => ok).length;
console.log(
  `\n${passed} of ${results.length} steps came true${outcome === 0 ? '.' : '; it stopped at the first that did not.'}`,
);
process.exit(outcome);
