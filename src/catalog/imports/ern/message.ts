// The home of what a release notification says, in the catalog's words and whichever version of ERN it was written in.
// Codes, dates and names are as printed, without the blanks around them; who keeps them decides what is a code.

/** The versions of ERN that are read. */
export const ERN_VERSIONS = ["3.8.2", "4.2", "4.3"] as const;

/** One of {@link ERN_VERSIONS}. */
export type ErnVersion = (typeof ERN_VERSIONS)[number];

/** A value of one of DDEX's lists; `own` is the sender's own word where the list says `UserDefined`. */
export interface Term {
  readonly value: string;
  readonly own: string | null;
}

/** A code that only its giver knows. */
export interface ProprietaryCode {
  readonly namespace: string | null;
  readonly code: string;
}

/** Who somebody is, beyond a name. */
export interface PartyCodes {
  readonly dpid: string | null;
  readonly isni: string | null;
  /** IPI name number. */
  readonly ipi: string | null;
  readonly proprietary: readonly ProprietaryCode[];
}

/** A party: the sender, or one of the list that credits of ERN 4 refer to. */
export interface MessageParty extends PartyCodes {
  readonly reference: string | null;
  readonly name: string | null;
}

/** A title as one of its kinds. */
export interface MessageTitle {
  readonly text: string;
  readonly subtitle: string | null;
  /** `ReferenceTitle`, `DisplayTitle`, `FormalTitle` and so on. */
  readonly type: string;
  readonly language: string | null;
  /** Where it is so called; null for everywhere. */
  readonly territory: string | null;
}

/** Somebody who did something. */
export interface MessageCredit {
  readonly name: string;
  /** `artist` where the message displays them, `writer` where it says they wrote what was recorded. */
  readonly as: "artist" | "contributor" | "writer";
  readonly roles: readonly Term[];
  readonly codes: PartyCodes;
}

/** A P- or a C-line. */
export interface RightsLine {
  readonly year: string | null;
  readonly text: string;
}

/** A genre and what is narrower. */
export interface MessageGenre {
  readonly genre: string;
  readonly subgenre: string | null;
}

/** A file that was delivered beside the message. */
export interface MessageFile {
  /** Path and name, as in `resources/01.flac`. */
  readonly name: string;
  readonly hash: { readonly algorithm: string | null; readonly value: string } | null;
}

/** What releases and recordings are both described by. */
export interface Described {
  /** The line of the message on which it begins. */
  readonly line: number;
  /** As the rest of the message refers to it. */
  readonly reference: string | null;
  readonly titles: readonly MessageTitle[];
  /** The artists in one line, where the message prints one. */
  readonly artistName: string | null;
  readonly credits: readonly MessageCredit[];
  readonly label: string | null;
  readonly pLines: readonly RightsLine[];
  readonly cLines: readonly RightsLine[];
  readonly genres: readonly MessageGenre[];
  readonly parentalWarning: Term | null;
  readonly durationMs: number | null;
  /** Territories described apart; what they say beside titles is not read. */
  readonly apart: readonly string[];
}

/** A sound recording or a video. */
export interface MessageRecording extends Described {
  readonly kind: "sound" | "video";
  readonly isrc: string | null;
  readonly proprietary: readonly ProprietaryCode[];
  readonly iswcs: readonly string[];
  /** References of works in the message. */
  readonly works: readonly string[];
  /** What was sung in. */
  readonly language: string | null;
  readonly files: readonly MessageFile[];
}

/** A picture. */
export interface MessageImage {
  readonly line: number;
  readonly reference: string | null;
  readonly type: Term | null;
  readonly files: readonly MessageFile[];
}

/** A musical work. */
export interface MessageWork {
  readonly line: number;
  readonly reference: string | null;
  readonly iswc: string | null;
  readonly titles: readonly MessageTitle[];
  readonly credits: readonly MessageCredit[];
}

/** The codes of a release. */
export interface ReleaseCodes {
  readonly grid: string | null;
  /** UPC or EAN. */
  readonly icpn: string | null;
  /** Of a track release: the code of its recording. */
  readonly isrc: string | null;
  readonly catalogNumber: string | null;
  readonly proprietary: readonly ProprietaryCode[];
}

/** A recording's place on a release. */
export interface MessageTrack {
  readonly disc: number;
  readonly number: number;
  /** Reference of the recording. */
  readonly recording: string;
}

/** A release; a track release is one recording sold alone, and no release of the catalog. */
export interface MessageRelease extends Described {
  readonly isMain: boolean;
  readonly isTrack: boolean;
  readonly type: Term | null;
  readonly codes: ReleaseCodes;
  readonly releaseDate: string | null;
  readonly originalReleaseDate: string | null;
  /** References of everything it holds, in order. */
  readonly resources: readonly string[];
  readonly tracks: readonly MessageTrack[];
}

/** What may be done with a release, where and when. */
export interface MessageDeal {
  readonly line: number;
  /** References of releases. */
  readonly releases: readonly string[];
  readonly territories: readonly string[];
  readonly excludedTerritories: readonly string[];
  readonly commercialModels: readonly Term[];
  readonly useTypes: readonly Term[];
  /** Day or moment, as printed. */
  readonly startsAt: string | null;
  readonly endsAt: string | null;
  readonly preOrderAt: string | null;
  readonly isPreOrder: boolean;
  readonly isTakedown: boolean;
  /** A decimal, as printed. */
  readonly price: { readonly amount: string; readonly currency: string | null } | null;
  /** Names of terms that are not read. */
  readonly unread: readonly string[];
}

/** Who sent what to whom, and when. */
export interface MessageHeader {
  readonly messageId: string | null;
  readonly threadId: string | null;
  readonly sender: MessageParty;
  readonly recipients: readonly MessageParty[];
  readonly createdAt: string | null;
  readonly isTest: boolean;
  /** What ERN 3 may say of itself; ERN 4 does not tell, and each message stands for all before it in both. */
  readonly updates: boolean | null;
}

/** A message, read. */
export interface ReleaseMessage {
  /** `purge` takes its releases away; `releases` says all that is true of its releases from now on. */
  readonly kind: "releases" | "purge";
  readonly version: ErnVersion;
  readonly profile: string | null;
  readonly language: string | null;
  readonly header: MessageHeader;
  readonly parties: readonly MessageParty[];
  readonly recordings: readonly MessageRecording[];
  readonly images: readonly MessageImage[];
  readonly works: readonly MessageWork[];
  readonly releases: readonly MessageRelease[];
  readonly deals: readonly MessageDeal[];
  readonly purged: readonly (ReleaseCodes & { readonly line: number })[];
  /** What else there was, by name of its element, and how many of it: `Text`, `CueSheet`. */
  readonly unread: Readonly<Record<string, number>>;
}
