// The home of the DPID, the code by which the parties of DDEX messages name each other.

import { checkCharacter37 } from "./grid.ts";

const DPID = /^(PA)-?(DPIDA)-?(\d{10})-?([A-Z0-9])$/i;

/** A DPID as stored and compared, and whether its check character is right. */
export interface Dpid {
  readonly dpid: string;
  readonly isChecked: boolean;
}

/**
 * Reads a DPID as people and files write it: 18 characters, any case, with or without hyphens.
 *
 * Those in the wild often have a wrong check character and work all the same, so it is told and not refused.
 *
 * @returns null when it has not the form of one
 * @see https://kb.ddex.net/ DDEX party identifiers, ISO/IEC 7064 MOD 37,36 over the whole, checked 2026-11
 */
export function parseDpid(text: string): Dpid | null {
  const match = DPID.exec(text.trim());
  if (match === null) return null;
  const dpid = match.slice(1).join("").toUpperCase();
  return { dpid, isChecked: checkCharacter37(dpid.slice(0, -1)) === dpid.slice(-1) };
}

/** Writes a parsed DPID for people: `PA-DPIDA-2013020802-I`. */
export function formatDpid(dpid: string): string {
  return `${dpid.slice(0, 2)}-${dpid.slice(2, 7)}-${dpid.slice(7, 17)}-${dpid.slice(17)}`;
}
