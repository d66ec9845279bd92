/** Without case and accents, so that "jose" finds "José". */
export function fold(text: string): string {
  return text.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '');
}

/** For Prisma's `contains`, which hands its text to LIKE as it is. */
export const asLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** The digits of a search that looks like a phone, however it is spelled; null: a digit in a name is part of the name. */
export function phoneDigits(search: string): string | null {
  const digits = /^[\d\s+().-]+$/.test(search) ? search.replace(/\D/g, '') : '';
  return digits === '' ? null : digits;
}
