import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A peer over real HTTP that plays Twilio's API: it takes messages, lists them, and calls back with its signature. */

export type Behaviour =
  /** It takes the message and says so. */
  | { kind: 'take'; afterMs?: number }
  /** It takes the message at once, and says so a while later. */
  | { kind: 'take and stall'; forMs: number }
  /** It takes nothing. */
  | { kind: 'refuse'; status: number; code?: number; retryAfter?: string }
  /** It takes the message, and its answer is lost. */
  | { kind: 'take and drop' }
  | { kind: 'take and fail'; status: number }
  /** It takes the message, and its answer says nothing of it. */
  | { kind: 'take and say nothing' }
  /** The connection ends before anything was taken. */
  | { kind: 'drop' }
  /** It takes the message and tells of a status before it answers. */
  | { kind: 'take and tell first'; status: string; plain?: boolean | undefined };

export type Taken = {
  sid: string;
  to: string;
  from: string;
  body: string;
  contentSid: string | null;
  contentVariables: string | null;
  statusCallback: string | null;
  createdAt: Date;
};

export const TWILIO_SID = 'ACffffffffffffffffffffffffffffffff';
export const TWILIO_TOKEN = 'un-token-de-twilio';
export const TWILIO_NUMBER = '+14155238886';

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const asJson = (message: Taken) => ({
  sid: message.sid,
  account_sid: TWILIO_SID,
  to: message.to,
  from: message.from,
  body: message.body,
  status: 'queued',
  direction: 'outbound-api',
  error_code: null,
  error_message: null,
  date_created: message.createdAt.toUTCString(),
  date_updated: message.createdAt.toUTCString(),
  date_sent: null,
});

/** The signature as Twilio's documentation has it: the address and the sorted fields, HMAC-SHA1 with the account's token. */
export function signatureOf(url: string, fields: Record<string, string>, token = TWILIO_TOKEN): string {
  const text = Object.keys(fields)
    .toSorted()
    .reduce((before, name) => before + name + fields[name], url);
  return createHmac('sha1', token).update(text).digest('base64');
}

/** Posts a form to `url` as Twilio would. */
export function postForm(url: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-twilio-signature': signatureOf(url, fields),
      ...headers,
    },
    body: new URLSearchParams(fields).toString(),
  });
}

export async function createTwilioPeer() {
  const taken: Taken[] = [];
  const asked: { method: string; path: string }[] = [];
  const behaviours: Behaviour[] = [];
  /** What it does when nothing else was said. */
  let usual: Behaviour = { kind: 'take' };

  function answer(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  }

  function take(form: URLSearchParams): Taken {
    const message: Taken = {
      sid: `SM${randomBytes(16).toString('hex')}`,
      to: form.get('To') ?? '',
      from: form.get('From') ?? '',
      body: form.get('Body') ?? '',
      contentSid: form.get('ContentSid'),
      contentVariables: form.get('ContentVariables'),
      statusCallback: form.get('StatusCallback'),
      createdAt: new Date(),
    };
    taken.push(message);
    return message;
  }

  /** `plain`: to the address without what we had written into its query. Answers with the status that it got. */
  async function tell(sid: string, status: string, errorCode?: string, plain = false): Promise<number> {
    const message = taken.find((one) => one.sid === sid);
    if (!message?.statusCallback) throw new Error('nobody asked to be told');
    const fields = {
      MessageSid: sid,
      SmsSid: sid,
      AccountSid: TWILIO_SID,
      MessageStatus: status,
      SmsStatus: status,
      To: message.to,
      From: message.from,
      ApiVersion: '2010-04-01',
      ...(errorCode && { ErrorCode: errorCode }),
    };
    const address = new URL(message.statusCallback);
    if (plain) address.search = '';
    return (await postForm(address.href, fields)).status;
  }

  async function create(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await bodyOf(request));
    const behaviour = behaviours.shift() ?? usual;
    switch (behaviour.kind) {
      case 'take':
        if (behaviour.afterMs) await new Promise((done) => setTimeout(done, behaviour.afterMs));
        return answer(response, 201, asJson(take(form)));
      case 'refuse': {
        const { status, code, retryAfter } = behaviour;
        const body = { code: code ?? status, message: 'no', more_info: 'https://www.twilio.com', status };
        return answer(response, status, body, retryAfter ? { 'retry-after': retryAfter } : {});
      }
      case 'take and stall': {
        const message = take(form);
        await new Promise((done) => setTimeout(done, behaviour.forMs));
        return answer(response, 201, asJson(message));
      }
      case 'take and drop':
        take(form);
        return void response.destroy();
      case 'take and fail':
        take(form);
        return answer(response, behaviour.status, { code: 20500, message: 'no', status: behaviour.status });
      case 'take and say nothing':
        take(form);
        return answer(response, 201, {});
      case 'drop':
        return void response.destroy();
      case 'take and tell first': {
        const message = take(form);
        await tell(message.sid, behaviour.status, undefined, behaviour.plain);
        return answer(response, 201, asJson(message));
      }
      default:
        return behaviour satisfies never;
    }
  }

  function list(url: URL, response: ServerResponse): void {
    const [to, from] = [url.searchParams.get('To'), url.searchParams.get('From')];
    const messages = taken.filter((one) => (!to || one.to === to) && (!from || one.from === from)).map(asJson);
    answer(response, 200, {
      messages: messages.toReversed(),
      page: 0,
      page_size: 50,
      next_page_uri: null,
      uri: url.pathname,
    });
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    asked.push({ method: request.method ?? '', path: url.pathname });
    const wanted = `Basic ${Buffer.from(`${TWILIO_SID}:${TWILIO_TOKEN}`).toString('base64')}`;
    if (request.headers.authorization !== wanted)
      return answer(response, 401, { code: 20003, message: 'no', status: 401 });
    if (url.pathname !== `/2010-04-01/Accounts/${TWILIO_SID}/Messages.json`) {
      return answer(response, 404, { code: 20404, message: 'no', status: 404 });
    }
    if (request.method === 'GET') return list(url, response);
    void create(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const url = `http://127.0.0.1:${address.port}`;

  return {
    url,
    taken,
    asked,
    tell,
    /** What it does with the next requests, in order. */
    next(...more: Behaviour[]) {
      behaviours.push(...more);
    },
    always(behaviour: Behaviour) {
      usual = behaviour;
    },
    sends: () => asked.filter(({ method }) => method === 'POST').length,
    env: {
      TWILIO_ACCOUNT_SID: TWILIO_SID,
      TWILIO_AUTH_TOKEN: TWILIO_TOKEN,
      TWILIO_WHATSAPP_NUMBER: TWILIO_NUMBER,
      TWILIO_API_BASE_URL: url,
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

export type TwilioPeer = Awaited<ReturnType<typeof createTwilioPeer>>;
