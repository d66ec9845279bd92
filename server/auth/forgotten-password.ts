import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { asHtml } from '@/server/channels/email-html';
import type { Mailer } from '@/server/channels/mailer';
import type { Config } from '@/server/config';
import type { Db } from '@/server/db';
import { AppError, type Locale } from '@/server/errors';
import { enqueue } from '@/server/jobs/queue';
import type { RedisClients } from '@/server/redis';
import { signReset } from './tokens';

type Asking = { db: Db; redis: RedisClients; mailer: Mailer | null };

/** One mail per account in this time, however often it is asked for. */
const QUIET_SECONDS = 120;

/**
 * Asks for a mail with which a forgotten password can be set. Whether there is such an account is looked at later, by a job, so nobody
 * can tell from the answer or its time. Throws MAIL_NOT_SET_UP on a server that sends no mail: there it is a command.
 */
export async function askForReset(
  { db, redis, mailer }: Asking,
  input: { email: string; locale: Locale },
): Promise<void> {
  if (!mailer) throw new AppError('MAIL_NOT_SET_UP');
  const key = `mail:reset:${createHash('sha256').update(input.email).digest('base64url')}`;
  const first = await redis.commands.set(key, '1', 'EX', QUIET_SECONDS, 'NX').catch((error: unknown) => {
    throw new AppError('LIMITS_UNAVAILABLE', { cause: error });
  });
  if (first) await enqueue(db.sql.one, 'reset_password_mail', input, { tries: 8 });
}

const WORDS: Record<Locale, { subject: string; text: (name: string, link: string) => string }> = {
  es: {
    subject: 'Tu contraseña de OmniWP',
    text: (name, link) =>
      `Hola ${name}:\n\nPara elegir una contraseña nueva abrí este enlace. Sirve una vez, durante una hora.\n\n${link}\n\nSi no lo pediste, no hagas nada: tu contraseña sigue siendo la misma.`,
  },
  en: {
    subject: 'Your OmniWP password',
    text: (name, link) =>
      `Hello ${name},\n\nOpen this link to choose a new password. It works once, for an hour.\n\n${link}\n\nIf you did not ask for it, do nothing: your password stays as it is.`,
  },
};

/** Sends the mail, where there is such an account and it is let in. */
export async function sendResetMail(
  { db, config, mailer }: { db: Db; config: Config; mailer: Mailer | null },
  { email, locale }: { email: string; locale: Locale },
): Promise<void> {
  const user = await db.user.findUnique({ where: { email } });
  if (!user || user.disabledAt || !mailer) return;
  const token = await signReset(config.JWT_SECRET, email);
  const { subject, text } = WORDS[locale];
  const words = text(user.name, `${config.publicUrl}/reset?token=${token}`);
  const domain = /@([^\s>]+)/.exec(mailer.from)?.[1] ?? 'localhost';
  const outcome = await mailer.send({
    to: email,
    subject,
    text: words,
    html: asHtml(words),
    messageId: `<${uuidv7()}@${domain}>`,
  });
  if (outcome.kind === 'not_left') throw new Error(`the mail server would not take it now (${outcome.code})`);
}
