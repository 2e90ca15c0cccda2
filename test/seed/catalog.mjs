// The home of the demo's catalogs: what each artist has brought out, as the API takes it.

const CATALOG = "/api/dashboard/catalog";
const LABEL = "Tidewater Records";

/**
 * An artist's party and writer, works, and releases with their recordings.
 *
 * @param {{ name: string, writer: string, language: string, releases: { title: string, upc: string, day: string }[],
 *   recordings: { title: string, isrc: string, release: number }[] }} plan
 */
export function demoCatalog({ name, writer, language, releases, recordings }) {
  return {
    parties: [{ name }, { name: writer }],
    works: recordings.map(({ title }) => ({ title, language })),
    releases: releases.map(({ title, upc, day }, at) => {
      const line = { year: Number(day.slice(0, 4)), text: LABEL };
      const tracks = recordings.filter(({ release }) => release === at);
      return {
        title,
        type: "album",
        upc,
        label: LABEL,
        pLine: line,
        cLine: line,
        genres: ["Dream Pop"],
        language,
        parentalWarning: "NotExplicit",
        releaseAt: { mode: "local_midnight", date: day },
        originalReleaseOn: day,
        tracks: tracks.map((track, number) => ({
          title: track.title,
          isrc: track.isrc,
          durationMs: 150_000 + ((at * 8 + number) % 13) * 7_000,
          languages: [language],
          parentalWarning: "NotExplicit",
          pLine: line,
          deliveredAt: `${day}T00:00:00Z`,
        })),
      };
    }),
  };
}

/**
 * Adds what an artist's catalog does not hold yet.
 *
 * @param {ReturnType<typeof import("./demo.mjs").askerOf>} ask
 * @param {ReturnType<typeof demoCatalog>} catalog
 */
export async function seedCatalog(ask, { parties, works, releases }) {
  const add = (plural, input) => {
    const headers = { "content-type": "application/json" };
    return ask(`${CATALOG}/${plural}`, { method: "POST", headers, body: JSON.stringify(input) });
  };
  /** Ids by name, of what is there and what had to be added. */
  const kept = async (plural, name, inputs) => {
    const { data } = await ask(`${CATALOG}/${plural}?limit=100`);
    const ids = new Map(data.map((item) => [item[name], item.id]));
    for (const input of inputs) {
      if (!ids.has(input[name])) ids.set(input[name], (await add(plural, input)).id);
    }
    return ids;
  };
  const partyIds = await kept("parties", "name", parties);
  const [band, writer] = parties.map((party) => ({ ...party, partyId: partyIds.get(party.name) }));
  const artists = [{ ...band, role: "MainArtist" }];
  const writers = [{ ...writer, role: "ComposerLyricist", share: "100" }];
  const workIds = await kept(
    "works",
    "title",
    works.map((work) => ({ ...work, writers })),
  );
  const made = releases.map(({ tracks, ...release }) => ({
    ...release,
    artists,
    tracks: tracks.map((recording) => ({
      recording: { ...recording, artists, workIds: [workIds.get(recording.title)] },
    })),
  }));
  await kept("releases", "upc", made);
}
