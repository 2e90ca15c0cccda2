// The home of the GTIN, the barcode number of a release: UPC-A, EAN-13 or GTIN-14.

const GTIN = /^\d{12,14}$/;
const SHORTEST_DIGITS = 12;
const LEADING_ZEROS = /^0{1,2}/;

/** Calculates the check digit that belongs after the body of a GTIN: weights 3, 1, 3… from the right. */
function checkDigit(body: string): number {
  let sum = 0;
  let weight = 3;
  for (let i = body.length - 1; i >= 0; i--) {
    sum += weight * Number(body.charAt(i));
    weight = 4 - weight;
  }
  return (10 - (sum % 10)) % 10;
}

/**
 * Reads the barcode number of a release: 12, 13 or 14 digits with a right check digit.
 *
 * A UPC-A is an EAN-13 with a zero before it and a GTIN-14 with two, so they are all brought to the shortest: two
 * spellings of one barcode compare as equal text. Digits lost by a spreadsheet are not guessed, and the eight digits
 * of a GTIN-8, which records do not carry, are refused as a number cut short.
 *
 * @returns the digits, 12 for a UPC-A, else 13 or 14; null when it is none
 * @see https://www.gs1.org/services/how-calculate-check-digit-manually checked 2026-11
 */
export function parseGtin(text: string): string | null {
  const digits = text.trim();
  if (!GTIN.test(digits) || /^0+$/.test(digits)) return null;
  if (checkDigit(digits.slice(0, -1)) !== Number(digits.slice(-1))) return null;
  const spare = digits.length - SHORTEST_DIGITS;
  const zeros = LEADING_ZEROS.exec(digits)?.[0].length ?? 0;
  return digits.slice(Math.min(spare, zeros));
}
