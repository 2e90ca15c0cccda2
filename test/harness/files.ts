// The home of small statement files made in a test.

const HEADER =
  "Reporting Date\tSale Month\tStore\tArtist\tTitle\tISRC\tUPC\tQuantity\tTeam Percentage\tSong/Album\t" +
  "Country of Sale\tSongwriter Royalties Withheld\tEarnings (USD)";

const STORES = ["Spotify", "Apple Music", "Deezer", "Tidal"];
const TERRITORIES = ["US", "DE", "FR"];

/**
 * A statement as DistroKid gives it.
 *
 * @param lines how many lines; stores, months and countries take turns
 * @param mark something that only this file says, so that its bytes are its own
 */
export function distrokidFile(lines: number, mark = ""): string {
  const rows = Array.from({ length: lines }, (_, at) =>
    [
      "2024-06-02",
      `2024-0${1 + (at % 3)}`,
      STORES[at % STORES.length],
      "Glass Harbor",
      `Undertow ${mark}`.trim(),
      `QZAB124${String(10_000 + (at % 5)).padStart(5, "0")}`,
      "193959000013",
      String(1 + at),
      "100",
      "Song",
      TERRITORIES[at % TERRITORIES.length],
      "0",
      `0.0${at + 1}4284404377`,
    ].join("\t"),
  );
  return [HEADER, ...rows, ""].join("\r\n");
}
