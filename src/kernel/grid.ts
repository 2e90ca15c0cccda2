// The home of the GRid, the code of a digital release.

const CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const GRID = /^(?:GRID[ :]?\s*)?(A1)-?([A-Z0-9]{5})-?([A-Z0-9]{10})-?([A-Z0-9])$/i;

/**
 * Calculates the check character of ISO/IEC 7064 MOD 37,36 that belongs after digits and capital letters.
 *
 * @see ISO/IEC 7064:2003, hybrid system MOD 37,36, checked 2026-11
 */
export function checkCharacter37(body: string): string {
  let sum = 36;
  for (const character of body) {
    const added = (sum + CHARACTERS.indexOf(character)) % 36;
    sum = ((added === 0 ? 36 : added) * 2) % 37;
  }
  return CHARACTERS.charAt((37 - sum) % 36);
}

/**
 * Reads a GRid as people and files write it: 18 characters, any case, with or without hyphens.
 *
 * @returns the 18 characters that are stored and compared, or null when it is none
 * @see https://www.ifpi.org/grid/ the scheme, its check character by {@link checkCharacter37}, checked 2026-11
 */
export function parseGrid(text: string): string | null {
  const match = GRID.exec(text.trim());
  if (match === null) return null;
  const grid = match.slice(1).join("").toUpperCase();
  return checkCharacter37(grid.slice(0, -1)) === grid.slice(-1) ? grid : null;
}

/** Writes a parsed GRid for people: `A1-2425G-ABC1234002-M`. */
export function formatGrid(grid: string): string {
  return `${grid.slice(0, 2)}-${grid.slice(2, 7)}-${grid.slice(7, 17)}-${grid.slice(17)}`;
}
