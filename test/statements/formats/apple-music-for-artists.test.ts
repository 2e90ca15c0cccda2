import { describe, expect, it } from "vitest";
import { AnswerMissingError } from "../../../src/statements/formats/format.ts";
import { fixture, headOf, readFile, utf8 } from "../read-file.ts";

const NAME = "songs_0000000000_2026-01-01_2026-10-31.csv";
const FRENCH = fixture(NAME);

describe("the songs of Apple Music for Artists", () => {
  it("are plays of a window that the name of the file tells", () => {
    const { head, recognised } = headOf(FRENCH);
    if (recognised.kind !== "match") throw new Error(recognised.kind);
    const reader = recognised.format.reader(head, recognised.match, { filename: NAME, artist: "A", answers: {} });
    expect(reader.window).toEqual({ from: "2026-01-01", to: "2026-10-31" });
    expect(readFile(FRENCH, { filename: NAME }).lines[0]).toMatchObject({
      title: "Undertow",
      artist: "Glass Harbor",
      platform: "Apple Music",
      territory: "XW",
      units: 17303,
      exact: 0n,
      currency: "",
      period: "2026-10",
      day: null,
    });
  });

  it.each([
    "songs.csv",
    "songs (1).csv",
    "songs_0000000000_2026-01-01.csv",
    "songs_0_2026-01-01_2026-10-31_2026-11-02.csv",
    "songs_0_2026-10-31_2026-01-01.csv",
    "songs_0_2026-13-01_2026-10-31.csv",
  ])("ask for their window where the name has not two dates that make one: %s", (filename) => {
    expect(() => readFile(FRENCH, { filename })).toThrow(AnswerMissingError);
    const period = { from: "2026-03-01", to: "2026-03-31" } as const;
    expect(readFile(FRENCH, { filename, answers: { period } }).lines[0]?.period).toBe("2026-03");
  });

  it.each([
    ["English", "Song,Plays,Average Daily Listeners,Shazams,Radio Spins,Purchases", '"17,303"'],
    ["English", "Song Title,Play count,Avg. Daily Listeners,Shazam count,Spins,Purchases", "17303"],
    ["French", "Titre,Nombre d'écoutes,Moy. d'auditeurs journalière,Nombre de Shazam,Radio Spins,Achats", "17.303"],
  ])("have headers in the account's language: %s", (_, header, plays) => {
    const file = utf8(`${header}\nUndertow,${plays},55,481,4,3\n`);
    expect(readFile(file, { filename: NAME }).lines).toMatchObject([{ title: "Undertow", units: 17303 }]);
  });

  it("read a count by threes, whatever parts it", () => {
    const units = (plays: string) =>
      readFile(utf8(`Song;Plays;Shazams;Radio Spins\nUndertow;${plays};1;2\n`), { filename: NAME }).lines[0]?.units;
    expect(["12.000", "12,000", "12 000", "12\u202F000", "12000"].map(units)).toEqual(new Array(5).fill(12000));
    expect(() => units("12.5")).toThrow();
  });

  it("do not count listeners, which are an average", () => {
    const { head, recognised } = headOf(FRENCH);
    if (recognised.kind !== "match") throw new Error(recognised.kind);
    const reader = recognised.format.reader(head, recognised.match, { filename: NAME, artist: "A", answers: {} });
    const explained = reader.explain(head.lines[1] ?? [], 2);
    expect(explained[2]).toMatchObject({ field: null, became: null, note: expect.stringContaining("average") });
    expect(explained[1]).toMatchObject({ field: "units", became: "17303" });
  });
});
