import type { Config } from '@/server/config';
import { type Db, isUniqueViolation, type Tx } from '@/server/db';
import { AppError } from '@/server/errors';
import type { Identity } from './identity';
import type { LoginLimit } from './login-limit';
import { hashPassword, passwordMatches } from './passwords';
import type { AuthSessions } from './sessions';
import { readReset } from './tokens';

type Parts = { db: Db; authSessions: AuthSessions; loginLimit: LoginLimit; config: Config };

/** Sets the password, and ends every sign-in but `keep` in the same transaction. */
async function setPassword(
  { db, authSessions }: Parts,
  user: { id: string; password: string; keep: string | null },
  before: (tx: Tx) => Promise<unknown>,
): Promise<void> {
  const passwordHash = await hashPassword(user.password);
  const tell = await db.$transaction(async (tx) => {
    await before(tx);
    await tx.user.update({ where: { id: user.id }, data: { passwordHash } });
    return authSessions.endOthers(tx, user.id, user.keep);
  });
  tell();
}

/**
 * Changes the caller's password; their other sign-ins end, the one that asked goes on. Guesses count as failed logins do. Throws
 * INVALID_CREDENTIALS when the present password is another.
 */
export async function changePassword(
  parts: Parts,
  identity: Identity,
  input: { currentPassword: string; newPassword: string; address: string; answerHeaders: Headers },
): Promise<void> {
  const { db, loginLimit } = parts;
  const user = await db.user.findUniqueOrThrow({ where: { id: identity.ownerId } });
  await loginLimit.take(user.email, input.address, input.answerHeaders);
  if (!(await passwordMatches(user.passwordHash, input.currentPassword))) {
    throw new AppError('INVALID_CREDENTIALS', { fields: ['currentPassword'] });
  }
  await loginLimit.giveBack(user.email, input.address);
  await setPassword(parts, { id: user.id, password: input.newPassword, keep: identity.sessionId }, async () => {});
}

/** Sets a forgotten password with a reset token, once; every sign-in of the account ends. Throws INVALID_TOKEN or TOKEN_EXPIRED. */
export async function resetPassword(parts: Parts, input: { token: string; newPassword: string }): Promise<void> {
  const { id, email, expiresAt } = await readReset(parts.config.JWT_SECRET, input.token);
  const user = await parts.db.user.findUnique({ where: { email } });
  if (!user || user.disabledAt) throw new AppError('INVALID_TOKEN');
  // a token that was used is a sign-in that is over: its id can be written down once
  const used = { id, userId: user.id, expiresAt, revokedAt: new Date() };
  try {
    await setPassword(parts, { id: user.id, password: input.newPassword, keep: null }, (tx) =>
      tx.authSession.create({ data: used }),
    );
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError('INVALID_TOKEN');
    throw error;
  }
}
