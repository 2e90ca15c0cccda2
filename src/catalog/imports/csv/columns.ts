// The home of the catalogue's columns: one row is one recording at its place on a release.

/** A row as text; null where nothing is said. */
export interface CatalogRow {
  readonly catalogNumber: string | null;
  readonly releaseTitle: string | null;
  readonly releaseArtist: string | null;
  /** `YYYY-MM-DD`. */
  readonly releaseDate: string | null;
  readonly label: string | null;
  readonly upc: string | null;
  readonly trackNumber: string | null;
  readonly trackTitle: string | null;
  readonly isrc: string | null;
  readonly iswc: string | null;
  /** Seconds, perhaps with decimals. */
  readonly durationS: string | null;
  readonly releaseSubtitle: string | null;
  readonly releaseType: string | null;
  readonly discNumber: string | null;
  readonly trackVersion: string | null;
  readonly trackArtist: string | null;
  /** Which release and which recording of the catalog it is, in a file that the catalog gave. */
  readonly releaseId: string | null;
  readonly recordingId: string | null;
}

/** A column: what its header says, and whether it is written even where no row needs it. */
export interface CatalogColumn {
  readonly field: keyof CatalogRow;
  readonly header: string;
  readonly isAlways: boolean;
}

const always = (field: keyof CatalogRow, header: string): CatalogColumn => ({ field, header, isAlways: true });
const ifNeeded = (field: keyof CatalogRow, header: string): CatalogColumn => ({ field, header, isAlways: false });

/** Every column, in the order in which they are written. */
export const COLUMNS: readonly CatalogColumn[] = [
  always("catalogNumber", "release_catalog_number"),
  always("releaseTitle", "release_title"),
  always("releaseArtist", "release_artist"),
  always("releaseDate", "release_date"),
  always("label", "label"),
  always("upc", "upc_gtin"),
  always("trackNumber", "track_number"),
  always("trackTitle", "track_title"),
  always("isrc", "isrc"),
  always("iswc", "iswc"),
  always("durationS", "duration_s"),
  ifNeeded("releaseSubtitle", "release_subtitle"),
  ifNeeded("releaseType", "release_type"),
  ifNeeded("discNumber", "disc_number"),
  ifNeeded("trackVersion", "track_version"),
  ifNeeded("trackArtist", "track_artist"),
  ifNeeded("releaseId", "release_id"),
  ifNeeded("recordingId", "recording_id"),
];

/** The fields that are the same in every row of a release. */
export const RELEASE_FIELDS = [
  "catalogNumber",
  "releaseTitle",
  "releaseArtist",
  "releaseDate",
  "label",
  "upc",
  "releaseSubtitle",
  "releaseType",
  "releaseId",
] as const satisfies readonly (keyof CatalogRow)[];

const HEADERS: ReadonlyMap<keyof CatalogRow, string> = new Map(COLUMNS.map(({ field, header }) => [field, header]));

/** What a column's header says. */
export function headerOf(field: keyof CatalogRow): string {
  return HEADERS.get(field) ?? field;
}

/** A row that says nothing. */
export const EMPTY_ROW: CatalogRow = Object.fromEntries(
  COLUMNS.map(({ field }) => [field, null]),
) as unknown as CatalogRow;
