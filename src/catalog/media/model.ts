// The home of artwork and sound: what is taken, and how large it may be.

import type { ItemKind } from "../items/model.ts";

/** The kinds of media. */
export const MEDIA_KINDS = ["artwork", "audio"] as const;

/** One of {@link MEDIA_KINDS}. */
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** How long a private link works. */
export const LINK_LIFE_MS = 15 * 60 * 1000;

/** How many of the first bytes are looked at. */
export const HEAD_BYTES = 16;

interface MediaRules {
  /** What it belongs to. */
  readonly of: ItemKind;
  readonly mostBytes: number;
  /** In words, for whoever sent something else. */
  readonly taken: string;
}

/** What is taken of each kind: lossless sound, and pictures that stores take. A request's body may have 100 MB. */
export const MEDIA_RULES: Readonly<Record<MediaKind, MediaRules>> = {
  artwork: { of: "release", mostBytes: 25_000_000, taken: "PNG and JPEG images" },
  audio: { of: "recording", mostBytes: 95_000_000, taken: "WAV, FLAC and AIFF sound" },
};

const ascii = (text: string) => [...new TextEncoder().encode(text)];

interface Signature {
  readonly kind: MediaKind;
  readonly type: string;
  readonly marks: readonly (readonly [at: number, bytes: readonly number[]])[];
}

/** @see https://mimesniff.spec.whatwg.org/ the patterns, checked 2026-11 */
const SIGNATURES: readonly Signature[] = [
  { kind: "artwork", type: "image/png", marks: [[0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]]] },
  { kind: "artwork", type: "image/jpeg", marks: [[0, [0xff, 0xd8, 0xff]]] },
  {
    kind: "audio",
    type: "audio/wav",
    marks: [
      [0, ascii("RIFF")],
      [8, ascii("WAVE")],
    ],
  },
  { kind: "audio", type: "audio/flac", marks: [[0, ascii("fLaC")]] },
  {
    kind: "audio",
    type: "audio/aiff",
    marks: [
      [0, ascii("FORM")],
      [8, ascii("AIF")],
    ],
  },
];

/** Tells the media type of a file by its first bytes; null when it is not taken as this kind. */
export function typeOfMedia(kind: MediaKind, head: Uint8Array): string | null {
  const fits = ({ marks }: Signature) =>
    marks.every(([at, bytes]) => bytes.every((byte, index) => head[at + index] === byte));
  return SIGNATURES.find((signature) => signature.kind === kind && fits(signature))?.type ?? null;
}
