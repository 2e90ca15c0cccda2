// The home of the songs export of Apple Music for Artists.
import { spanOfName } from "./spans.ts";
import { tableFormat } from "./table.ts";

/**
 * The plays of all songs of an artist in the period that the file's name tells. Headers are in the language of the
 * account: English and French ones are known; of other languages none was found, so such a file is mapped by hand.
 * Plays may have their thousands parted by any mark, which is no doubt in a count.
 *
 * @see header of a French account, and English names, in importers of real files; Apple's help, "Understand Your
 * Analytics"; checked 2026-11
 */
export const APPLE_FOR_ARTISTS_SONGS = tableFormat({
  id: "apple_for_artists.songs",
  name: "Apple Music for Artists songs",
  source: "apple-music-for-artists",
  evidence: "B",
  sample: true,
  version: 1,
  measures: "plays",
  signature: ["Song", "Plays", "Shazams"],
  needsOneOf: ["Average Daily Listeners", "Radio Spins"],
  columns: {
    Song: { is: "title", also: ["Song title", "Morceau", "Titre"] },
    Plays: { is: "units", also: ["Play count", "Écoutes", "Lectures", "Nombre d’écoutes", "Nombre d'écoutes"] },
    "Average Daily Listeners": {
      is: null,
      also: [
        "Avg. Daily Listeners",
        "Listeners",
        "Moy. d’auditeurs journalière",
        "Moy. d'auditeurs journalière",
        "Moy. d’auditeurs",
        "Moy. d'auditeurs",
        "Auditeurs",
      ],
      note: "an average of days: it cannot be added",
    },
    Shazams: {
      is: null,
      also: ["Shazam", "Shazam count", "Nombre de Shazam"],
      note: "songs found by Shazam, not plays",
    },
    "Radio Spins": { is: null, also: ["Spins"], note: "plays on the radio, which are not Apple's" },
    Purchases: { is: null, also: ["Achats"], note: "copies bought; the money of them is in statements" },
  },
  period: { ofFile: ({ filename }) => spanOfName(filename) },
  numbers: "file",
  platform: "Apple Music",
  territory: "XW",
  kind: "stream",
  asks: ["period"],
});
