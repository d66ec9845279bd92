import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { BrowserFiles } from './build-page';
import type { Control } from './control';
import type { Bus } from './events';
import { Failure } from './failure';
import type { PageSocket } from './page-socket';
import { ZodError } from 'zod';

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);
const hostName = (host: string): string => host.replace(/:\d+$/, '');

/**
 * A page of some website that points its name at 127.0.0.1 sends its own name as Host; a form or a script of one sends its
 * own Origin. Neither may drive this network. Programs send no Origin at all.
 */
function refuse(request: IncomingMessage): void {
  const host = request.headers.host ?? '';
  if (!loopbackNames.has(hostName(host))) throw new Failure('FORBIDDEN', 'this server answers to loopback names only');
  const { origin } = request.headers;
  if (origin !== undefined && origin !== `http://${host}`) throw new Failure('FORBIDDEN', 'not from this website');
  const site = request.headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') throw new Failure('FORBIDDEN', 'not from this website');
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!request.headers['content-type']?.startsWith('application/json')) {
    throw new Failure('BAD_REQUEST', 'expected Content-Type: application/json');
  }
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += String(chunk);
    if (body.length > 1 << 20) throw new Failure('BAD_REQUEST', 'the body is too long');
  }
  try {
    return JSON.parse(body);
  } catch {
    throw new Failure('BAD_REQUEST', 'the body is not JSON');
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

function sendError(response: ServerResponse, error: unknown): void {
  if (error instanceof Failure) return sendJson(response, error.status, { code: error.code, message: error.message });
  if (error instanceof ZodError) {
    const details = error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
    const message = details.map((detail) => `${detail.field || 'body'}: ${detail.message}`).join('; ');
    return sendJson(response, 400, { code: 'BAD_REQUEST', message, details });
  }
  console.error(error);
  sendJson(response, 500, { code: 'INTERNAL', message: 'the sandbox failed: see its log' });
}

const phonePage = `<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Teléfono de mentira</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/phone.css">
</head>
<body>
<div id="phone"></div>
<script src="/phone.js"></script>
</body>
</html>
`;

const csp =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Gives the sandbox's own port its work: the pretend phone, the control API, and the socket of the pages. */
export function serveHttp(
  server: Server,
  given: { files: BrowserFiles; control: Control; pageSocket: PageSocket; bus: Bus },
) {
  const streams = new Set<ServerResponse>();

  /** A server-sent event for each thing that happens, so that the phone shows it at once. */
  function stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': hello\n\n');
    streams.add(response);
    response.on('close', () => streams.delete(response));
  }
  const stopListening = given.bus.on((event) => {
    for (const response of streams) response.write(`data: ${JSON.stringify(event)}\n\n`);
  });

  function sendFile(response: ServerResponse, type: string, body: string): void {
    response.writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-store',
      'content-security-policy': csp,
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    refuse(request);
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const { method = 'GET' } = request;
    if (url.pathname.startsWith('/control/') && (method === 'GET' || method === 'POST')) {
      const name = url.pathname.slice('/control/'.length);
      if (method === 'GET' && name === 'events') return stream(response);
      const input = method === 'GET' ? Object.fromEntries(url.searchParams) : await readJson(request);
      return sendJson(response, 200, given.control.run(method, name, input));
    }
    if (method !== 'GET') throw new Failure('NOT_FOUND', 'nothing here takes that');
    switch (url.pathname) {
      case '/healthz':
        return sendJson(response, 200, { ok: true });
      case '/':
        return sendFile(response, 'text/html', phonePage);
      case '/phone.js':
        return sendFile(response, 'text/javascript', given.files.phone);
      case '/phone.css':
        return sendFile(response, 'text/css', given.files.style);
      default:
        throw new Failure('NOT_FOUND', 'there is nothing at this address');
    }
  }

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch((error: unknown) => sendError(response, error));
  });

  server.on('upgrade', (request, socket, head) => {
    const host = hostName(request.headers.host ?? '');
    const taken = request.url === '/page' && loopbackNames.has(host) && given.pageSocket.upgrade(request, socket, head);
    if (!taken) socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
  });

  return {
    stop(): Promise<void> {
      stopListening();
      for (const response of streams) response.end();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
