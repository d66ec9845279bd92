import { type CountryCode, parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/max';
import { AppError } from '@/server/errors';

/** What stands in a phone number, and nothing around it. Those who copy one bring dashes of every length and marks that are not seen. */
const PHONE = /^(?:tel:\s*)?(\(?\s*\+)?([\d\s()./-]+)$/i;
const UNSEEN = /\p{Cf}/gu;
const DASHES = /\p{Pd}/gu;

/** Trunk prefixes that people write within a number and that the library leaves there. */
const TRUNKS: readonly [RegExp, string][] = [
  [/^\+5490(\d{10})$/, '+549$1'],
  [/^\+52(?:044|045|01)(\d{10})$/, '+52$1'],
];

/** Mexico dropped the 1 of its mobiles in 2019, so the library refuses it; WhatsApp shows it to this day, and knows both spellings. */
const OLD_MEXICAN_MOBILE = /^\+521(\d{10})$/;

/** Shorter digits are rather a number of here that lacks something. */
const FULL_DIGITS = /^[1-9]\d{10,}$/;

type Test = (number: PhoneNumber) => boolean;
const isPossible: Test = (number) => number.isPossible();
const isValid: Test = (number) => number.isValid();
const isMobile: Test = (number) => number.isValid() && /MOBILE/.test(number.getType() ?? '');

/** E.164 where it passes, by itself or in another spelling of the same number; null: it does not. */
function tested(spelled: string, country: CountryCode | undefined, passes: Test): string | null {
  const parsed = parsePhoneNumberFromString(spelled, country);
  if (!parsed) return null;
  if (passes(parsed)) return parsed.number;
  const { number } = parsed;
  const mexican = number.replace(OLD_MEXICAN_MOBILE, '+52$1');
  if (mexican !== number) return tested(mexican, undefined, passes) && number;
  const [trunk, bare] = TRUNKS.find(([pattern]) => pattern.test(number)) ?? [];
  return trunk && bare ? tested(number.replace(trunk, bare), undefined, passes) : null;
}

function e164Of(written: string, country: CountryCode): string | null {
  const [, plus, rest] = PHONE.exec(written.replace(UNSEEN, '').replace(DASHES, '-').trim()) ?? [];
  if (rest === undefined) return null;
  const digits = rest.replace(/\D/g, '');
  // whoever writes the plus means it: ranges that are newer than the library pass
  if (plus) return tested(`+${digits}`, undefined, isPossible);
  // `00` is how many write the plus
  if (digits.startsWith('00')) return tested(`+${digits.slice(2)}`, undefined, isPossible);
  // full international digits and nothing between them are how WhatsApp itself shows a number
  return (
    tested(digits, country, isValid) ?? (FULL_DIGITS.test(rest) ? tested(`+${digits}`, undefined, isMobile) : null)
  );
}

/**
 * Any spelling of a phone number as E.164; without `+` it is read in `country`, and in another one only where nothing else can be
 * meant. Throws INVALID_PHONE, naming `field`.
 */
export function parsePhone(written: string, country: string, field: string): string {
  const number = e164Of(written, country as CountryCode);
  if (number === null) throw new AppError('INVALID_PHONE', { fields: [field] });
  return number;
}
