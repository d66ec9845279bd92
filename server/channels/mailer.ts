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

/** What the server said counts; where it said nothing, it matters whether it may have had the whole mail. */
function outcomeOf(error: unknown, given: boolean): Outcome {
  const said = part(error, 'responseCode');
  if (typeof said === 'number') {
    return { kind: said >= 500 ? 'refused' : 'not_left', code: codeOf(said, part(error, 'response')) };
  }
  const code = part(error, 'code');
  const named = typeof code === 'string' ? code : 'UNKNOWN';
  // an address that no server can take, or a mail that nodemailer itself refuses
  if (named === 'EENVELOPE') return { kind: 'refused', code: named };
  return { kind: given ? 'unconfirmed' : 'not_left', code: named };
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
  /**
   * Mails whose last byte was handed to the connection, which ends them with the dot then: from there on one may have left. A server
   * keeps none without that dot (RFC 5321, 4.2.5). What of it is still in the system's own buffers nobody can say.
   */
  const given = new Set<string>();
  transport.use('stream', (mail, done) => {
    const read = mail.message.createReadStream.bind(mail.message);
    mail.message.createReadStream = (options) => {
      const id = mail.message.messageId();
      // it is made before the first command, and read once the server asked for the mail
      return read(options).once('end', () => given.add(id));
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
        return outcomeOf(error, given.has(messageId));
      } finally {
        given.delete(messageId);
      }
    },
  };
}
