import superjson from 'superjson';
import { WebSocket } from 'ws';
import { appRouter } from '@/server/router';
import type { AppErrorData } from '@/server/errors';

/** tRPC as bytes on the wire, for what a well-behaved client never says. */

export type Answer = {
  status: number;
  headers: Headers;
  /** The procedure's answer; null with an error. */
  data: unknown;
  error: AppErrorData | null;
  /** The whole answer, to look for what must not be in it. */
  text: string;
};

type Envelope = { result?: { data?: unknown }; error?: unknown };

/** Every procedure of the product with its type, as the router itself lists them. */
export const PROCEDURES: Record<string, 'query' | 'mutation' | 'subscription'> = Object.fromEntries(
  Object.entries(appRouter._def.procedures as unknown as Record<string, { _def: { type: 'query' } }>).map(
    ([path, procedure]) => [path, procedure._def.type],
  ),
);

function errorOf(envelope: Envelope): AppErrorData | null {
  if (envelope.error === undefined) return null;
  const shape = superjson.deserialize<{ data: { app: AppErrorData } }>(envelope.error as never);
  return shape.data.app;
}

const dataOf = ({ result }: Envelope): unknown =>
  result?.data === undefined ? null : superjson.deserialize(result.data as never);

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const envelope = (text ? JSON.parse(text) : {}) as Envelope;
  const { status, headers } = response;
  return { status, headers, text, error: errorOf(envelope), data: dataOf(envelope) };
}

export type CallOptions = {
  token?: string | null | undefined;
  input?: unknown;
  locale?: 'es' | 'en';
  headers?: Record<string, string>;
  /** The bytes to send in place of `input`. */
  raw?: string;
};

/** One query or mutation over HTTP. */
export async function callOverHttp(url: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const { token, locale = 'es', input } = options;
  const body = options.raw ?? JSON.stringify(superjson.serialize(input));
  const headers = {
    'accept-language': locale,
    ...(token && { authorization: `Bearer ${token}` }),
    ...options.headers,
  };
  if (PROCEDURES[path] === 'query') {
    return readAnswer(await fetch(`${url}/api/trpc/${path}?input=${encodeURIComponent(body)}`, { headers }));
  }
  const response = await fetch(`${url}/api/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return readAnswer(response);
}

export type Followed = {
  /** What came, oldest first. */
  events: unknown[];
  error: AppErrorData | null;
  started: boolean;
  stopped: boolean;
};

type SocketOptions = { token?: string | null; locale?: 'es' | 'en'; headers?: Record<string, string> };

/** One WebSocket, by hand: says who it is, then whatever a test wants. */
export async function openWire(url: string, options: SocketOptions = {}) {
  const { token, locale = 'es', headers = {} } = options;
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/trpc?connectionParams=1`, { headers });
  const answers = new Map<number, (envelope: Envelope) => void>();
  let frames = '';
  let ids = 0;
  let closed: { code: number; reason: string } | null = null;
  socket.on('error', () => {});
  socket.on('close', (code, reason) => {
    closed = { code, reason: reason.toString() };
  });
  socket.on('message', (data) => {
    const frame = String(data);
    frames += `${frame}\n`;
    if (frame === 'PING') return socket.send('PONG');
    const message = JSON.parse(frame) as Envelope & { id?: number };
    if (typeof message.id === 'number') answers.get(message.id)?.(message);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_, response) => reject(new Error(`HTTP ${response.statusCode}`)));
    socket.once('error', reject);
  });
  socket.send(JSON.stringify({ method: 'connectionParams', data: { ...(token && { token }), locale } }));

  function request(path: string, input: unknown, onAnswer: (envelope: Envelope) => void): number {
    const id = ++ids;
    answers.set(id, onAnswer);
    const params = { path, input: superjson.serialize(input) };
    socket.send(
      JSON.stringify({
        id,
        jsonrpc: '2.0',
        method: Object.hasOwn(PROCEDURES, path) ? PROCEDURES[path] : 'query',
        params,
      }),
    );
    return id;
  }

  return {
    socket,
    /** Everything the server said, as text. */
    frames: () => frames,
    closed: () => closed,
    /** A query or a mutation over the socket. */
    call(path: string, input?: unknown): Promise<{ data: unknown; error: AppErrorData | null }> {
      return new Promise((resolve) => {
        request(path, input, (envelope) => resolve({ data: dataOf(envelope), error: errorOf(envelope) }));
      });
    },
    /** A subscription; what comes of it is filled in as it comes. */
    follow(path: string, input?: unknown): Followed {
      const followed: Followed = { events: [], error: null, started: false, stopped: false };
      request(path, input, (envelope) => {
        const error = errorOf(envelope);
        const result = envelope.result as { type?: string; data?: unknown } | undefined;
        if (error) followed.error = error;
        else if (result?.type === 'started') followed.started = true;
        else if (result?.type === 'stopped') followed.stopped = true;
        else followed.events.push(dataOf(envelope));
      });
      return followed;
    },
    close: () => socket.close(),
  };
}

export type Wire = Awaited<ReturnType<typeof openWire>>;
