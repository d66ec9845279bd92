import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorCode, ERRORS, localeOf } from '@/server/errors';
import { requestIdOf } from './security';

/** An error outside of tRPC, in the shape of contract.md. `request`: null where there is none that could be read. */
export function refusal(request: IncomingMessage | null, code: ErrorCode): object {
  const message = ERRORS[code][localeOf(request?.headers['accept-language'])];
  const requestId = request ? requestIdOf(request) : randomUUID();
  return { success: false, error: true, code, message, requestId };
}

/** Where there is no response object the answer is written as it stands, and it is the last one. */
export function refuseOn(socket: Duplex, status: number, body: object): void {
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}

/** By Node's codes; what else it could not read is 400. */
const TROUBLES: Record<string, { status: number; code: ErrorCode }> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'PAYLOAD_TOO_LARGE' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: 'PAYLOAD_TOO_LARGE' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'INVALID_INPUT' },
};

/** Answers what is no HTTP that Node could read, as any other error, on one server's sockets. */
export function createBrokenRequests() {
  const answering = new WeakMap<Duplex, Set<ServerResponse>>();
  return {
    /** Each response, before it says anything. */
    note({ socket }: IncomingMessage, response: ServerResponse): void {
      const responses = answering.get(socket) ?? new Set();
      answering.set(socket, responses.add(response));
      response.once('close', () => responses.delete(response));
    },

    /** For `clientError`. In the middle of another answer there is nothing left to say. */
    answer(error: Error & { code?: string }, socket: Duplex): void {
      const begun = [...(answering.get(socket) ?? [])].some(({ headersSent }) => headersSent);
      if (begun || !socket.writable || error.code === 'ECONNRESET') {
        socket.destroy();
        return;
      }
      const { status, code } = TROUBLES[error.code ?? ''] ?? { status: 400, code: 'INVALID_INPUT' };
      refuseOn(socket, status, refusal(null, code));
    },
  };
}
