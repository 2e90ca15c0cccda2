// The home of what formats make of printed codes: their one form where they are valid, else as printed.
import { parseGtin } from "../../kernel/gtin.ts";
import { parseIsrc } from "../../kernel/isrc.ts";

/** An ISRC in its one form where it is valid, else as printed in capitals without hyphens. */
export function isrcOf(printed: string): string {
  return parseIsrc(printed) ?? printed.trim().replaceAll("-", "").toUpperCase();
}

/** A UPC or EAN as far as it is one, else as printed. */
export function upcOf(printed: string): string {
  const digits = printed.trim();
  // A spreadsheet that took the code for a number lost the nought before it; the check digit proves it.
  return parseGtin(digits) ?? (digits.length === 11 ? parseGtin(`0${digits}`) : null) ?? digits;
}

/** A code that a spreadsheet was kept from reading as a number by quotes of its own. */
export function unwrappedCode(printed: string): string {
  return /^".*"$/u.test(printed) ? printed.slice(1, -1) : printed;
}
