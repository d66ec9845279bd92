import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Locale, localeOf } from '@/server/errors';
import { docsPage } from './docs-page';
import { contentSecurityPolicy, newNonce } from './security';

export const DOCS_PATH = '/docs';

/** Swagger UI's own files, from our own packages: the page works without the internet. */
const FILES: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

const read = new Map<string, Promise<Buffer>>();

/** Zipped once, when it is first asked for. */
function zipped(name: string): Promise<Buffer> {
  const found =
    read.get(name) ?? readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`)).then(promisify(gzip));
  read.set(name, found);
  return found;
}

/** The language that the dashboard was set to (app/_lib/i18n/locale.ts names its cookie), else the browser's. */
function languageOf({ cookie, 'accept-language': preferred }: IncomingMessage['headers']): Locale {
  return localeOf(/(?:^|;\s*)NEXT_LOCALE=(es|en)(?:;|$)/.exec(cookie ?? '')?.[1] ?? preferred);
}

function sendPage(request: IncomingMessage, response: ServerResponse): void {
  const nonce = newNonce();
  response.setHeader('content-security-policy', contentSecurityPolicy(nonce, false));
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(docsPage(nonce, languageOf(request.headers)));
}

/** The page on which the API can be read and tried. false: it is none of its addresses. */
export async function handleDocs(
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
): Promise<boolean> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const name = pathname.slice(DOCS_PATH.length + 1);
  const type = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (type) {
    const bytes = await zipped(name);
    response.writeHead(200, {
      'content-type': type,
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=3600',
    });
    response.end(bytes);
    return true;
  }
  if (name !== '') return false;
  sendPage(request, response);
  return true;
}
