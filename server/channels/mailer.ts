import { createTransport } from 'nodemailer';
import type { Outcome } from './port';

export type MailSettings = { smtpUrl: string; from: string; timeoutMs: number };

export type Mail = {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** With `<` and `>`: ours, so that it is known before the mail leaves. */
  messageId: string;
  replyTo?: { name: string; address: string };
};

export type Mailer = { from: string; send(mail: Mail): Promise<Outcome> };

const part = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;

/** What the server said after its code, where it is the enhanced one (RFC 3463): `5.7.1`. */
const ENHANCED = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/;

/** `550`, or `550 5.7.1`. */
function codeOf(reply: number, response: unknown): string {
  const enhanced = typeof response === 'string' ? ENHANCED.exec(response)?.[1] : undefined;
  return enhanced === undefined ? String(reply) : `${reply} ${enhanced}`;
}

/** What the server said counts; where it said nothing, it matters whether it was already being given the mail. */
function outcomeOf(error: unknown, begun: boolean): Outcome {
  const said = part(error, 'responseCode');
  if (typeof said === 'number') {
    return { kind: said >= 500 ? 'refused' : 'not_left', code: codeOf(said, part(error, 'response')) };
  }
  const code = part(error, 'code');
  const named = typeof code === 'string' ? code : 'UNKNOWN';
  // an address that no server can take, or a mail that nodemailer itself refuses
  if (named === 'EENVELOPE') return { kind: 'refused', code: named };
  return { kind: begun ? 'unconfirmed' : 'not_left', code: named };
}

/** Mails over SMTP, one connection each. */
export function createMailer({ smtpUrl, from, timeoutMs }: MailSettings): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  /** Mails whose content was handed to the connection: from then on one may have left. */
  const begun = new Set<string>();
  transport.use('stream', (mail, done) => {
    const read = mail.message.createReadStream.bind(mail.message);
    mail.message.createReadStream = (options) => {
      begun.add(mail.message.messageId());
      return read(options);
    };
    done();
  });
  return {
    from,
    async send({ to, subject, text, html, messageId, replyTo }) {
      try {
        // an object and not text: a name or an address is never read as several
        await transport.sendMail({ from, to: { name: '', address: to }, subject, text, html, messageId, replyTo });
        return { kind: 'taken', providerMessageId: messageId };
      } catch (error) {
        return outcomeOf(error, begun.has(messageId));
      } finally {
        begun.delete(messageId);
      }
    },
  };
}
