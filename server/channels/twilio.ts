import Twilio from 'twilio/lib/rest/Twilio.js';
import type { MessageInstance } from 'twilio/lib/rest/api/v2010/account/message';
import type { ChannelPort, Lost, Outcome, Outgoing } from './port';
import { assertContents, contentFor } from './twilio-content';
import { codeOf, isBeforeTheRequest } from './twilio-errors';
import { TwilioHttp, TwilioRefusal } from './twilio-http';

export type TwilioSettings = {
  accountSid: string;
  authToken: string;
  /** Our number there, E.164. */
  number: string;
  apiBaseUrl: string;
  /** Approved templates of ours, by type (and `_en`); see twilio-content.ts. */
  contentSids: Record<string, string>;
  /** Where Twilio tells of statuses; null: nowhere that it could reach. */
  callbackUrl: string | null;
  timeoutMs: number;
};

/** The clocks of two machines, and the time that a request may take. */
const CLOCKS_DIFFER_MS = 2 * 60_000;

/** What a failed request means for its message. A 5xx, a time-out or a connection that broke say nothing: Twilio may have it. */
function outcomeOf(error: unknown): Outcome {
  if (error instanceof TwilioRefusal) {
    const code = error.code ?? String(error.status);
    if (error.status === 429) {
      return { kind: 'not_left', code, ...(error.retryAfterMs !== null && { retryAfterMs: error.retryAfterMs }) };
    }
    return error.status >= 500 || error.status === 408 ? { kind: 'unconfirmed', code } : { kind: 'refused', code };
  }
  return { kind: isBeforeTheRequest(error) ? 'not_left' : 'unconfirmed', code: codeOf(error) ?? 'UNKNOWN' };
}

/** WhatsApp by Twilio. `settings` are the server's: all owners write from one number. Throws what assertContents throws. */
export function createTwilio(settings: TwilioSettings): ChannelPort {
  const { accountSid, authToken, number, contentSids, callbackUrl } = settings;
  assertContents(contentSids);
  const client = new Twilio(accountSid, authToken, {
    httpClient: new TwilioHttp(settings.apiBaseUrl, settings.timeoutMs),
  });
  const from = `whatsapp:${number}`;

  /** The approved template that says the same, where there is one: it may go to somebody who has not written for a day. */
  function contentOf(message: Outgoing) {
    const content = contentFor(contentSids, message);
    if (content === null) return { body: message.text };
    const variables = Object.fromEntries(content.variables.map((value, index) => [String(index + 1), value]));
    return { contentSid: content.contentSid, contentVariables: JSON.stringify(variables) };
  }

  return {
    provider: 'twilio',
    readiness: async () => 'now',

    async send(message) {
      if (message.recipient === null) return { kind: 'refused', code: 'NO_PHONE_NUMBER' };
      try {
        const taken = await client.messages.create({
          from,
          to: `whatsapp:${message.recipient}`,
          ...contentOf(message),
          // the attempt's own id comes back with each status, also where the answer to this very request is lost
          ...(callbackUrl !== null && { statusCallback: `${callbackUrl}?attempt=${message.attemptId}` }),
        });
        // it says that it has it, and not under which id: its list or a callback will
        if (!taken.sid) return { kind: 'unconfirmed', code: 'NO_SID' };
        return { kind: 'taken', providerMessageId: taken.sid };
      } catch (error) {
        return outcomeOf(error);
      }
    },

    /** Twilio has no field for an id of ours; what it lists is known by recipient, text and time, and only when one alone fits. */
    async find({ recipient, text, at, known }: Lost) {
      const listed = await client.messages.list({ to: `whatsapp:${recipient}`, from, limit: 100 });
      const taken = await known(listed.map(({ sid }) => sid));
      const fitting = listed.filter((one) => !taken.has(one.sid) && one.body === text && isNear(one, at));
      return fitting.length === 1 ? (fitting[0]?.sid ?? null) : null;
    },
  };
}

/** A list that says no time names only what is nobody's yet all the same. */
function isNear({ dateCreated }: MessageInstance, at: Date): boolean {
  const created = new Date(dateCreated).getTime();
  return Number.isNaN(created) || Math.abs(created - at.getTime()) < CLOCKS_DIFFER_MS;
}
