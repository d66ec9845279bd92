import type { IncomingMessage } from 'node:http';
import { AppError } from '@/server/errors';

/** As for tRPC: 4,096 characters of four bytes each, and room. */
export const MAX_BODY_BYTES = 256 * 1024;

/** The bytes of a body. Throws PAYLOAD_TOO_LARGE; what still comes then is read by nobody, and Node lets it pass. */
export function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const stop = (error: Error) => {
      request.off('data', onData);
      request.resume();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_BODY_BYTES) stop(new AppError('PAYLOAD_TOO_LARGE'));
      else chunks.push(chunk);
    };
    if (Number(request.headers['content-length']) > MAX_BODY_BYTES) return stop(new AppError('PAYLOAD_TOO_LARGE'));
    request.on('data', onData);
    request.once('end', () => resolve(Buffer.concat(chunks)));
    // a caller that hangs up in the middle has said nothing
    request.once('error', () => reject(new AppError('INVALID_JSON')));
    request.once('close', () => reject(new AppError('INVALID_JSON')));
  });
}

function decoderOf(charset: string | undefined): TextDecoder {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch {
    return new TextDecoder('utf-8', { fatal: true });
  }
}

/**
 * A request's body: JSON under application/json, in any charset, or without a Content-Type at all. undefined: it is empty. Throws
 * INVALID_JSON, also under any other Content-Type, or PAYLOAD_TOO_LARGE.
 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return undefined;
  // one that is empty is none
  const type = request.headers['content-type']?.trim() || 'application/json';
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) throw new AppError('INVALID_JSON');
  try {
    const text = decoderOf(/;\s*charset="?([\w.:-]+)/i.exec(type)?.[1]).decode(bytes);
    return text.trim() === '' ? undefined : JSON.parse(text);
  } catch (error) {
    throw new AppError('INVALID_JSON', { cause: error });
  }
}
