import { decodeJwt } from 'jose';

/**
 * Whose password the token of a mail sets, as it says itself; null for one that plainly is none, or is over. Whether it is ours and
 * unused the server alone knows, and says so when it is used.
 */
export function accountOf(token: string): string | null {
  try {
    const { purpose, email, exp = 0 } = decodeJwt(token);
    return purpose === 'reset' && typeof email === 'string' && exp * 1000 > Date.now() ? email : null;
  } catch {
    return null;
  }
}
