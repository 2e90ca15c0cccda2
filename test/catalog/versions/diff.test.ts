// Differences of documents: exact, by identity, and enough to make the one out of the other.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, type Json } from "../../../src/catalog/versions/canonical.ts";
import { applied, diff } from "../../../src/catalog/versions/diff.ts";

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

const name = fc.constantFrom("Ana", "Mara", "Noa", "x.y", "a,name=b", "~1");
const credit = fc.record({ name, role: fc.constantFrom("MainArtist", "Mixer", "r,name=a") });
const recording = fc.record({
  id: fc.constantFrom("rec_1", "rec_2", "rec_3", "rec_4", "rec.5"),
  title: fc.constantFrom("Undertow", "Low Tide", null),
  contributions: fc.array(credit, { maxLength: 4 }),
});
const release = fc.record(
  {
    title: fc.string({ maxLength: 3 }),
    upc: fc.option(fc.constant("193959000013")),
    territories: fc.array(fc.constantFrom("DE", "US", "FR"), { maxLength: 3 }),
    tracks: fc.array(fc.record({ recordingId: fc.constantFrom("rec_1", "rec_2", "rec_3"), number: fc.nat(3) }), {
      maxLength: 4,
    }),
    recordings: fc.uniqueArray(recording, { maxLength: 5, selector: ({ id }) => id }),
  },
  { requiredKeys: ["title"] },
) as fc.Arbitrary<Json>;

describe("what differs between two documents", () => {
  for (const [kind, documents] of [
    ["any documents", json],
    ["releases", release],
  ] as const) {
    it(`${kind}: the changes from one to the other, carried out on the one, give the other`, () => {
      fc.assert(
        fc.property(documents, documents, (from, to) => {
          expect(canonicalJson(applied(from, diff(from, to)))).toBe(canonicalJson(to));
        }),
        { numRuns: 2000 },
      );
    });

    it(`${kind}: nothing differs exactly when they are equal`, () => {
      fc.assert(
        fc.property(documents, documents, (from, to) => {
          expect(diff(from, from)).toEqual([]);
          expect(diff(from, to).length === 0).toBe(canonicalJson(from) === canonicalJson(to));
        }),
      );
    });

    it(`${kind}: turned round, the changes lead back`, () => {
      fc.assert(
        fc.property(documents, documents, (from, to) => {
          const back = diff(from, to).map(({ path, from: before, to: after }) => ({
            path,
            ...(after === undefined ? {} : { from: after }),
            ...(before === undefined ? {} : { to: before }),
          }));
          expect(canonicalJson(sorted(applied(to, back)))).toBe(canonicalJson(sorted(from)));
        }),
      );
    });
  }

  it("a track that moved is the same track in another place", () => {
    const track = (recordingId: string, title: string) => ({ recordingId, title });
    const [from, to] = [
      { tracks: [track("rec_a", "Undertow"), track("rec_b", "Low Tide")] },
      { tracks: [track("rec_b", "Low Tide (live)"), track("rec_a", "Undertow")] },
    ];
    expect(diff(from, to)).toEqual([
      { path: "tracks.recordingId=rec_b.title", from: "Low Tide", to: "Low Tide (live)" },
      {
        path: "tracks.$order",
        from: ["recordingId=rec_a", "recordingId=rec_b"],
        to: ["recordingId=rec_b", "recordingId=rec_a"],
      },
    ]);
  });

  it("what comes and what goes is named by itself, and nothing else is", () => {
    const from = { artists: [{ name: "Mara", role: "MainArtist" }], label: null, upc: "1" };
    const to = {
      artists: [
        { name: "Mara", role: "MainArtist" },
        { name: "Ana", role: "FeaturedArtist" },
      ],
      label: "T",
    };
    expect(diff(from, to)).toEqual([
      { path: "artists.role=FeaturedArtist,name=Ana", to: { name: "Ana", role: "FeaturedArtist" } },
      { path: "label", from: null, to: "T" },
      { path: "upc", from: "1" },
    ]);
  });

  it("a list of plain values is one value", () => {
    expect(diff({ territories: ["DE"] }, { territories: ["DE", "AT"] })).toEqual([
      { path: "territories", from: ["DE"], to: ["DE", "AT"] },
    ]);
  });

  it("a dot within a name does not make two names of it", () => {
    expect(diff({ "a.b": 1, "c~": 1 }, { "a.b": 2, "c~": 2 })).toEqual([
      { path: "a~1b", from: 1, to: 2 },
      { path: "c~0", from: 1, to: 2 },
    ]);
  });
});

/** Lists without an order of their own: changes that lead back may find the places of what had gone unsaid. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) {
    const things = value.map(sorted);
    return things.every((thing) => typeof thing === "object" && thing !== null)
      ? things.sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1))
      : things;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, sorted(inner as Json)]));
}
