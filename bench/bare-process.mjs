// @ts-check
// A program on whatsapp-web.js as its README writes it: `new Client` with LocalAuth, the library's own defaults, and nothing around it.
// Plain Node in a process of its own, so that it neither pays for the bench nor for the product. bare.ts tells it what to do.
import process from 'node:process';
import whatsapp from 'whatsapp-web.js';

/**
 * What an order may say; each operation reads its own part.
 * @typedef {{ name: string, names: string[], event: 'qr' | 'ready', chat: string, to: string[], texts: string[], count: number, inFlight: number }} Args
 * @typedef {{ id: number, op: string, args: Args }} Order
 */

const setup = JSON.parse(process.argv[2] ?? '{}');
/** @type {Map<string, whatsapp.Client>} */
const clients = new Map();
/** @type {Map<string, Promise<void>>} */
const ready = new Map();
/** Who waits for an ack of a message, by its id. @type {Map<string, (at: number) => void>} */
const waiting = new Map();
/** When an id was first known as sent; acks may come before the call that sent it is over. @type {Map<string, number>} */
const acked = new Map();

const now = () => Number(process.hrtime.bigint()) / 1e6;
const tell = (/** @type {object} */ message) => process.send?.(message);

/** @param {string} name */
function make(name) {
  const client = new whatsapp.Client({
    authStrategy: new whatsapp.LocalAuth({ clientId: name, dataPath: setup.dataPath }),
    webVersion: setup.version,
    webVersionCache: { type: 'local', path: setup.pageDir, strict: true },
    puppeteer: { executablePath: setup.executablePath, args: setup.args },
  });
  clients.set(name, client);
  ready.set(name, new Promise((resolve) => client.once('ready', () => resolve(undefined))));
  client.on('message', (message) => tell({ event: 'message', name, text: message.body, at: now() }));
  client.on('message_ack', (message, ack) => {
    const id = message.id._serialized;
    if (ack < 1 || acked.has(id)) return;
    const at = now();
    acked.set(id, at);
    waiting.get(id)?.(at);
    waiting.delete(id);
  });
  return client;
}

/** @param {string} name */
function find(name) {
  const client = clients.get(name);
  if (!client) throw new Error(`no client ${name}`);
  return client;
}

/** @param {string} id @returns {Promise<number>} */
function sentAt(id) {
  const at = acked.get(id);
  return at === undefined ? new Promise((resolve) => waiting.set(id, resolve)) : Promise.resolve(at);
}

/** @type {Record<string, (args: Args) => Promise<unknown>>} */
const operations = {
  /** Starts a client and answers at the event: `qr` on a new profile, `ready` on a linked one. */
  async start({ name, event }) {
    const from = now();
    const client = make(name);
    const data = await new Promise((resolve, reject) => {
      client.once(event, (value) => resolve({ ms: now() - from, qr: typeof value === 'string' ? value : null }));
      client.initialize().catch(reject);
    });
    return data;
  },
  async ready({ name }) {
    await ready.get(name);
  },
  async destroy({ name }) {
    const client = find(name);
    clients.delete(name);
    await client.destroy();
  },
  /** One message after the other: how long the call took, and how long it was until WhatsApp was known to have it. */
  async sendOneByOne({ name, chat, texts }) {
    const client = find(name);
    const calls = [];
    const acks = [];
    for (const text of texts) {
      const from = now();
      const message = await client.sendMessage(chat, text);
      calls.push(now() - from);
      acks.push((await sentAt(message.id._serialized)) - from);
    }
    return { calls, acks };
  },
  /** Keeps `inFlight` calls under way over all the clients; the time until the last answered, and until the last was known as sent. */
  async sendMany({ names, to, count, inFlight }) {
    const from = now();
    let next = 0;
    /** @type {Promise<number>[]} */
    const acks = [];
    const lane = async () => {
      for (let index = next++; index < count; index = next++) {
        const message = await find(names[index % names.length]).sendMessage(to[index % to.length], `muchos ${index}`);
        acks.push(sentAt(message.id._serialized));
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    const answered = now() - from;
    const known = Math.max(...(await Promise.all(acks))) - from;
    return { answered, known };
  },
};

process.on('message', async (/** @type {Order} */ { id, op, args }) => {
  try {
    tell({ id, result: (await operations[op]?.(args)) ?? null });
  } catch (error) {
    tell({ id, error: String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
tell({ event: 'up' });
