/**
 * Where one person's number is written in two ways: Argentina's mobiles take a 9 after 54 and Mexico's took a 1 after 52, and WhatsApp
 * shows them to this day. Both spellings are numbers of their own, too (a 54 without the 9 may be a landline), so this only says what to
 * ask WhatsApp about.
 */
const PAIRS: readonly { long: RegExp; short: RegExp; prefix: string; mark: string }[] = [
  { long: /^\+549(\d{10})$/, short: /^\+54([1-8]\d{9})$/, prefix: '+54', mark: '9' },
  { long: /^\+521(\d{10})$/, short: /^\+52([2-9]\d{9})$/, prefix: '+52', mark: '1' },
];

/** The other spelling of an E.164 number that may be the same person; null: there is none. */
export function otherSpelling(phone: string): string | null {
  for (const { long, short, prefix, mark } of PAIRS) {
    const rest = long.exec(phone)?.[1];
    if (rest !== undefined) return `${prefix}${rest}`;
    const bare = short.exec(phone)?.[1];
    if (bare !== undefined) return `${prefix}${mark}${bare}`;
  }
  return null;
}
