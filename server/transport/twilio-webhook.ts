import type { IncomingMessage, ServerResponse } from 'node:http';
import { TWILIO_WEBHOOK_PATH } from '@/server/channels/channels';
import { isDatabaseAway } from '@/server/db';
import { AppError, ERRORS, isAppError, localeOf } from '@/server/errors';
import { readTwilioCall } from '@/server/messages/twilio-form';
import { receiveFromTwilio } from '@/server/messages/twilio-inbound';
import { noteTwilioStatus } from '@/server/messages/twilio-status';
import type { Deps } from '@/server/trpc';
import { answerJson } from './health';
import { readBytes } from './rest-body';

export { TWILIO_WEBHOOK_PATH };

const ALLOWED = 'POST, OPTIONS';

/** A form's fields; one that is there several times is a list, as the signature wants it. */
function fieldsOf(body: string): Record<string, string | string[]> {
  const form = new URLSearchParams(body);
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const values = form.getAll(name);
      return [name, values.length > 1 ? values : (values[0] ?? '')];
    }),
  );
}

/** Whether the account's own token signed this. Without a token nobody could have. */
async function isSigned(deps: Deps, request: IncomingMessage, fields: object): Promise<boolean> {
  const { TWILIO_AUTH_TOKEN: token, publicUrl } = deps.config;
  const signature = request.headers['x-twilio-signature'];
  if (!token || typeof signature !== 'string') return false;
  const { validateRequest } = await import('twilio/lib/webhooks/webhooks.js');
  return validateRequest(token, signature, `${publicUrl}${request.url}`, fields);
}

async function take(deps: Deps, request: IncomingMessage): Promise<void> {
  if (request.method !== 'POST') throw new AppError('METHOD_NOT_ALLOWED');
  const fields = fieldsOf((await readBytes(request)).toString('utf8'));
  if (!(await isSigned(deps, request, fields))) throw new AppError('BAD_SIGNATURE');
  const attempt = new URL(request.url ?? '/', 'http://localhost').searchParams.get('attempt');
  const call = readTwilioCall(fields, attempt);
  switch (call.kind) {
    case 'status':
      return noteTwilioStatus(deps.db, call.status, call.attemptId);
    case 'message':
      return receiveFromTwilio(deps.db, call.message);
    case 'nothing':
      return;
    default:
      return call satisfies never;
  }
}

/** What Twilio tells: statuses of our messages, and what came in. The signature is checked first, over PUBLIC_URL. */
export async function handleTwilioWebhook(
  deps: Deps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'OPTIONS') {
    response.writeHead(204, { allow: ALLOWED }).end();
    return;
  }
  try {
    await take(deps, request);
    // TwiML that says nothing: no answer goes out by itself
    response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'no-store' });
    response.end('<?xml version="1.0" encoding="UTF-8"?><Response></Response>');
  } catch (thrown) {
    const error = isDatabaseAway(thrown) ? new AppError('DATABASE_UNAVAILABLE', { cause: thrown }) : thrown;
    const code = isAppError(error) ? error.code : 'INTERNAL';
    const requestId = response.getHeader('x-request-id');
    if (code === 'INTERNAL') deps.logger.error({ err: error, requestId }, 'a call of Twilio failed');
    else deps.logger.warn({ code, requestId }, 'a call of Twilio was refused');
    const message = ERRORS[code][localeOf(request.headers['accept-language'])];
    if (code === 'METHOD_NOT_ALLOWED') response.setHeader('allow', ALLOWED);
    answerJson(response, ERRORS[code].status, { success: false, error: true, code, message, requestId });
  }
}
