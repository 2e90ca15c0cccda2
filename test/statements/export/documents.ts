// The home of documents to print: one statement, and titles in every script that is promised.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type {
  FontSource,
  PrintedCurrency,
  PrintedRecording,
  PrintedRow,
  StatementDocument,
} from "../../../src/statements/export/document.ts";

const folder = resolve(import.meta.dirname, "../../../.dist/assets/fonts");

/** The font files that are deployed, read from disk. */
export const fontsOnDisk: FontSource = async (file) => new Uint8Array(await readFile(`${folder}/${file}`));

/** Rows whose amounts come to a known sum; each fifth is taken back. */
export function rows(count: number, name: (place: number) => string): PrintedRow[] {
  return Array.from({ length: count }, (_, place) => ({
    name: name(place),
    units: String((place * 137) % 9999),
    amount: `${place % 5 === 3 ? "-" : ""}${(place * 7919) % 100_000}.${String(place).padStart(9, "0")}`,
  }));
}

/** A recording of that title. */
export function recording(name: string, place = 1, artist = "Glass Harbor"): PrintedRecording {
  return { name, artist, isrc: `QZES5260${String(place).padStart(4, "0")}`, units: "12", amount: "1.000000001" };
}

/** A document about one statement in euros, with the given parts of it replaced. */
export function documentWith(changes: Partial<PrintedCurrency> = {}, title = "Statement"): StatementDocument {
  return {
    artist: "Møth Parade",
    title,
    generatedAt: "2026-11-25T09:30:00.000Z",
    statements: [
      {
        id: "stm_01k9v3h7q2e8t5x0",
        source: "DistroKid",
        filename: "Glass_Harbor_2026-09.tsv",
        period: "2026-07 to 2026-09",
        linesSha256: "d6c155cd".repeat(8),
        facts: [{ label: "Lines set aside", value: "2" }],
        currencies: [
          {
            currency: "EUR",
            lines: "5269",
            units: "12345",
            total: "-981.123456789",
            statedTotal: "-981.12",
            platforms: [],
            territories: [],
            months: [],
            recordings: [],
            ...changes,
          },
        ],
      },
    ],
  };
}
