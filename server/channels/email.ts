import { asHtml } from './email-html';
import type { Mailer } from './mailer';
import type { ChannelPort } from './port';

/** The domain of a From, for ids of ours. */
const domainOf = (from: string) => /@([^\s>]+)/.exec(from)?.[1] ?? 'localhost';

/** E-mail: from the server's address, and answers go to the owner's own. */
export function createEmail(mailer: Mailer): ChannelPort {
  return {
    provider: 'email',
    readiness: async () => 'now',
    async send({ recipient, subject, text, attemptId, owner }) {
      if (recipient === null) return { kind: 'refused', code: 'NO_EMAIL_ADDRESS' };
      return mailer.send({
        to: recipient,
        subject: subject ?? '',
        text,
        html: asHtml(text),
        messageId: `<${attemptId}@${domainOf(mailer.from)}>`,
        replyTo: { name: owner.name, address: owner.email },
      });
    },
  };
}
