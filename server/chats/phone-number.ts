import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { AppError } from '@/server/errors';

/** Mexico dropped the 1 of its mobiles in 2019, so the library refuses it; WhatsApp shows it to this day, and knows both spellings. */
const OLD_MEXICAN_MOBILE = /^521\d{10}$/;

/** Any spelling of a phone number as E.164; without `+` it is read in `country`. Throws INVALID_PHONE, naming `field`. */
export function parsePhone(written: string, country: string, field: string): string {
  const digits = written.replace(/\D/g, '');
  // `00` is how many write the plus
  const spelled = written.trim().startsWith('00') ? `+${digits.slice(2)}` : written;
  const parsed = parsePhoneNumberFromString(spelled, country as CountryCode) ?? null;
  if (parsed?.isPossible()) return parsed.number;
  // full international digits without the plus, as WhatsApp itself shows them
  const international = parsePhoneNumberFromString(`+${digits}`);
  if (international?.isValid()) return international.number;
  if (OLD_MEXICAN_MOBILE.test(digits.replace(/^00/, ''))) return `+${digits.replace(/^00/, '')}`;
  throw new AppError('INVALID_PHONE', { fields: [field] });
}
