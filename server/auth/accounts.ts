import type { Config } from '@/server/config';
import { type Db, isUniqueViolation, type Tx } from '@/server/db';
import { AppError } from '@/server/errors';
import type { LoginLimit } from './login-limit';
import { hashPassword, passwordMatches } from './passwords';
import type { Me } from './schema';
import type { AuthSessions } from './sessions';
import { isInvite } from './tokens';

const publicFields = { id: true, name: true, email: true, createdAt: true, role: true } as const;

export function getUser(db: Db, id: string): Promise<Me> {
  return db.user.findUniqueOrThrow({ where: { id }, select: publicFields });
}

/** Number of the advisory lock under which accounts are made: exactly one user can be the first. */
const REGISTER_LOCK = 72_707_401;

/** Whether this would be the first account. Throws REGISTRATION_CLOSED where nobody may register, or nobody uninvited. */
async function assertOpen(db: Db | Tx, config: Config, invited: boolean): Promise<{ first: boolean }> {
  const first = (await db.user.findFirst({ select: { id: true } })) === null;
  const open = first || config.registration === 'open' || (config.registration === 'invite' && invited);
  if (!open) throw new AppError('REGISTRATION_CLOSED');
  return { first };
}

/**
 * Makes an account; the first one is the admin. Throws EMAIL_ALREADY_EXISTS or REGISTRATION_CLOSED (`REGISTRATION=closed`, or
 * `invite` without a good invitation, once there is a first user).
 */
export async function register(
  deps: { db: Db; config: Config },
  input: { name: string; email: string; password: string; inviteToken?: string | undefined; locale: 'es' | 'en' },
): Promise<Me> {
  const { db, config } = deps;
  const invited = await isInvite(config.JWT_SECRET, input.inviteToken);
  // a closed door costs no work
  await assertOpen(db, config, invited);
  const passwordHash = await hashPassword(input.password);
  try {
    return await db.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${REGISTER_LOCK})`;
      const { first } = await assertOpen(tx, config, invited);
      return tx.user.create({
        data: {
          name: input.name,
          email: input.email,
          passwordHash,
          locale: input.locale,
          role: first ? 'admin' : 'member',
        },
        select: publicFields,
      });
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError('EMAIL_ALREADY_EXISTS', { fields: ['email'] });
    throw error;
  }
}

/**
 * Checks a password. Throws INVALID_CREDENTIALS (the same for an unknown address, in the same time) or the limit's errors, of which
 * `answerHeaders` hears.
 */
export async function login(
  deps: { db: Db; loginLimit: LoginLimit },
  input: { email: string; password: string; address: string; answerHeaders?: Headers },
): Promise<Me> {
  const { db, loginLimit } = deps;
  await loginLimit.take(input.email, input.address, input.answerHeaders);
  const user = await db.user.findUnique({ where: { email: input.email } });
  const matches = await passwordMatches(user?.passwordHash ?? null, input.password);
  if (!user || !matches || user.disabledAt) throw new AppError('INVALID_CREDENTIALS');
  await loginLimit.giveBack(input.email, input.address);
  return { id: user.id, name: user.name, email: user.email, createdAt: user.createdAt, role: user.role };
}

/**
 * Lets a member in no more, or again with their password. What a disabled account was signed in with ends for good, open sockets too.
 * Throws NOT_FOUND, also for an admin's account.
 */
export async function setDisabled(
  { db, authSessions }: { db: Db; authSessions: AuthSessions },
  { email, disabled }: { email: string; disabled: boolean },
): Promise<void> {
  const tell = await db.$transaction(async (tx) => {
    const [user] = await tx.user.updateManyAndReturn({
      where: { email, role: 'member' },
      data: { disabledAt: disabled ? new Date() : null },
      select: { id: true },
    });
    if (!user) throw new AppError('NOT_FOUND', { fields: ['email'] });
    return authSessions.endOthers(tx, user.id, null);
  });
  tell();
}
