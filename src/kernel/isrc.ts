// The home of the ISRC, the code of a recording.

const ISRC = /^(?:ISRC[ :]?\s*)?([A-Z]{2})-?([A-Z0-9]{3})-?(\d{2})-?(\d{5})$/i;

/**
 * Reads an ISRC as people and files write it: any case, with or without hyphens, perhaps after the word ISRC.
 *
 * It has no check digit, so a wrong digit cannot be noticed; its letters no longer tell the country, nor its year the
 * year of release.
 *
 * @returns the 12 characters that are stored and compared, or null when it is none
 * @see ISO 3901:2019, checked 2026-11
 */
export function parseIsrc(text: string): string | null {
  const match = ISRC.exec(text.trim());
  return match === null ? null : match.slice(1).join("").toUpperCase();
}

/** Writes a parsed ISRC for people: `US-RC1-76-07839`. */
export function formatIsrc(isrc: string): string {
  return `${isrc.slice(0, 2)}-${isrc.slice(2, 5)}-${isrc.slice(5, 7)}-${isrc.slice(7)}`;
}
