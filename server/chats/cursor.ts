import { AppError } from '@/server/errors';

/** A place in a list ordered by a time and a tie-breaker, as one opaque string. */
export type Place = { at: Date; tie: string };

export function encodeCursor({ at, tie }: Place): string {
  return Buffer.from(`${at.toISOString()} ${tie}`).toString('base64url');
}

const ISO = /^[12]\d{3}-\d\d-\d\dT/;

/** Throws INVALID_INPUT for what encodeCursor did not make. */
export function decodeCursor(cursor: string, tiePattern: RegExp): Place {
  const [time = '', tie = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const at = new Date(time);
  // only our own spelling: Date reads much that Postgres does not, such as the year -271821
  const ours = ISO.test(time) && !Number.isNaN(at.getTime()) && tiePattern.test(tie);
  if (!ours || encodeCursor({ at, tie }) !== cursor) throw new AppError('INVALID_INPUT', { fields: ['cursor'] });
  return { at, tie };
}
