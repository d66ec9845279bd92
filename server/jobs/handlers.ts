import { sendResetMail } from '@/server/auth/forgotten-password';
import type { Channels } from '@/server/channels/channels';
import type { Config } from '@/server/config';
import type { Db } from '@/server/db';
import type { Bus } from '@/server/events/bus';
import type { Logger } from '@/server/logger';
import { deliver } from '@/server/messages/deliver';
import { recheckWaiting } from '@/server/messages/recheck';
import { settleAttempt } from '@/server/messages/settle-attempt';
import type { JobHandlers } from './queue';
import { tidy } from './tidy';

/** What each kind of job does. */
export function createHandlers(parts: {
  db: Db;
  bus: Bus;
  config: Config;
  channels: Channels;
  logger: Logger;
}): JobHandlers {
  const { db, config, channels } = parts;
  return {
    send_message: ({ messageId }) => deliver(parts, messageId),
    settle_attempt: ({ attemptId, tries }) => settleAttempt(parts, attemptId, tries),
    recheck_waiting: ({ ownerId }) => recheckWaiting(db, ownerId),
    reset_password_mail: (asked) => sendResetMail({ db, config, mailer: channels.mailer }, asked),
    tidy: () => tidy(db),
  };
}
