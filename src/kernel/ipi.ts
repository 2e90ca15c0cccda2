// The home of the IPI numbers of writers and publishers: the name number and the base number.

import { positionalCheckDigit } from "./iswc.ts";

const NAME_NUMBER = /^\d{9,11}$/;
const NAME_NUMBER_DIGITS = 11;
const BASE_NUMBER = /^I-?(\d{3})\.?(\d{3})\.?(\d{3})-?(\d)$/i;

/**
 * Reads an IPI name number: one name a writer or publisher goes by.
 *
 * Nine or ten digits are taken as eleven whose leading zeros were lost, which is how they are mostly printed.
 *
 * @returns eleven digits, as stored and compared, or null when it is none
 * @see https://www.cisac.org/services/information-services/ipi checked 2026-11; modulus 101, weights 10 to 2
 */
export function parseIpiName(text: string): string | null {
  const trimmed = text.trim();
  if (!NAME_NUMBER.test(trimmed) || /^0+$/.test(trimmed)) return null;
  const digits = trimmed.padStart(NAME_NUMBER_DIGITS, "0");
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += (10 - i) * Number(digits.charAt(i));
  const remainder = sum % 101;
  const check = remainder === 0 ? 0 : (101 - remainder) % 100;
  return check === Number(digits.slice(9)) ? digits : null;
}

/**
 * Reads an IPI base number: the person or company behind the names.
 *
 * Its check digit misses the same slips as that of an ISWC.
 *
 * @returns `I` and ten digits, as stored and compared, or null when it is none
 * @see https://www.cisac.org/services/information-services/ipi checked 2026-11; the sum of an ISWC, begun at 2
 */
export function parseIpiBase(text: string): string | null {
  const match = BASE_NUMBER.exec(text.trim());
  if (match === null) return null;
  const body = match.slice(1, 4).join("");
  const check = match[4] ?? "";
  return positionalCheckDigit(body, 2) === Number(check) ? `I${body}${check}` : null;
}

/** Writes a parsed IPI base number for people: `I-001631070-4`. */
export function formatIpiBase(base: string): string {
  return `I-${base.slice(1, 10)}-${base.slice(10)}`;
}
