// The home of the ISNI, the number of a public identity: a performer, a writer, a band.

const ISNI = /^(?:ISNI[ :]?\s*)?(\d{4})[ -]?(\d{4})[ -]?(\d{4})[ -]?(\d{3})([\dX])$/i;

/**
 * Reads an ISNI as people and files write it: 16 characters, perhaps in groups of four; the last may be X.
 *
 * @returns the 16 characters that are stored and compared, or null when it is none
 * @see ISO 27729:2012, check character by ISO/IEC 7064 MOD 11-2, checked 2026-11
 */
export function parseIsni(text: string): string | null {
  const match = ISNI.exec(text.trim());
  if (match === null) return null;
  const body = match.slice(1, 5).join("");
  const check = (match[5] ?? "").toUpperCase();
  let sum = 0;
  for (const digit of body) sum = (sum + Number(digit)) * 2;
  const expected = (12 - (sum % 11)) % 11;
  return check === (expected === 10 ? "X" : String(expected)) ? `${body}${check}` : null;
}

/** Writes a parsed ISNI for people: `0000 0001 2103 2683`. */
export function formatIsni(isni: string): string {
  return `${isni.slice(0, 4)} ${isni.slice(4, 8)} ${isni.slice(8, 12)} ${isni.slice(12)}`;
}
