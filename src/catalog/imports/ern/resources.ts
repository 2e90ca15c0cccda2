// The home of resources and works: recordings, videos, pictures, and what was written.

import { all, attribute, type Element, first, textAt, textOf, textsAt } from "./element.ts";
import type { Described, MessageImage, MessageRecording, MessageWork } from "./message.ts";
import {
  type CreditDraft,
  creditsOf,
  durationMs,
  filesAt,
  genresOf,
  proprietaryAt,
  rightsLines,
  termAt,
  titlesOf,
  worldless,
} from "./values.ts";

/** What was read of a thing before the parties of the message were known. */
export type Draft<T extends { readonly credits: unknown }> = Omit<T, "credits"> & {
  readonly credits: readonly CreditDraft[];
};

const DETAILS = /DetailsByTerritory$/u;

/**
 * Where to look for what an element says: in itself, and in ERN 3 also in the block for the whole world, or the first.
 *
 * @returns one element that has the children of both, and the territories of the other blocks
 */
export function described(element: Element): { view: Element; blocks: readonly string[] } {
  const blocks = element.children.filter(({ name }) => DETAILS.test(name));
  const whole = blocks.find((block) => textsAt(block, "TerritoryCode").includes("Worldwide")) ?? blocks[0];
  const others = blocks.filter((block) => block !== whole);
  const children = [...element.children.filter((child) => !blocks.includes(child)), ...(whole?.children ?? [])];
  return { view: { ...element, children }, blocks: others.flatMap((block) => textsAt(block, "TerritoryCode")) };
}

/** What releases and recordings are both described by. */
export function describedBy(element: Element): Draft<Described> {
  const { view, blocks } = described(element);
  const named = all(view, "DisplayArtistName");
  const printed = named.find((name) => attribute(name, "IsDefault") === "true") ?? named[0];
  const other = named.flatMap((name) => worldless(attribute(name, "ApplicableTerritoryCode")) ?? []);
  return {
    line: element.line,
    reference: null,
    titles: titlesOf(view),
    artistName: textOf(printed),
    credits: creditsOf(view),
    label: textAt(view, "LabelName"),
    pLines: rightsLines(view, "PLine"),
    cLines: rightsLines(view, "CLine"),
    genres: genresOf(view),
    parentalWarning: termAt(view, "ParentalWarningType"),
    durationMs: durationMs(textAt(view, "Duration")),
    apart: [...new Set([...blocks, ...other])],
  };
}

/** Reads a sound recording or a video. An edition of ERN 4.3 holds what older versions say beside it. */
export function recordingOf(element: Element): Draft<MessageRecording> {
  const edition = first(element, "SoundRecordingEdition") ?? first(element, "VideoEdition");
  const whole = edition === null ? element : { ...element, children: [...element.children, ...edition.children] };
  const { view } = described(whole);
  const ids = ["SoundRecordingId", "VideoId", "ResourceId"];
  const details = ["TechnicalSoundRecordingDetails", "TechnicalVideoDetails", "TechnicalDetails"];
  const works = "ResourceMusicalWorkReferenceList/ResourceMusicalWorkReference/ResourceMusicalWorkReference";
  return {
    ...describedBy(whole),
    kind: element.name === "Video" ? "video" : "sound",
    reference: textAt(element, "ResourceReference"),
    isrc: textAt(whole, ...ids.map((id) => `${id}/ISRC`)),
    proprietary: ids.flatMap((id) => proprietaryAt(whole, `${id}/ProprietaryId`)),
    iswcs: [
      ...textsAt(whole, "IndirectSoundRecordingId/ISWC"),
      ...textsAt(whole, "IndirectVideoId/ISWC"),
      ...textsAt(whole, "WorkId/ISWC"),
    ],
    works: textsAt(whole, works),
    language: textAt(whole, "LanguageOfPerformance"),
    files: details.flatMap((name) => [...filesAt(view, `${name}/File`), ...filesAt(view, `${name}/DeliveryFile/File`)]),
  };
}

/** Reads a picture. */
export function imageOf(element: Element): MessageImage {
  const { view } = described(element);
  const details = ["TechnicalImageDetails", "TechnicalDetails"];
  return {
    line: element.line,
    reference: textAt(element, "ResourceReference"),
    type: termAt(element, "ImageType", "Type"),
    files: details.flatMap((name) => [...filesAt(view, `${name}/File`), ...filesAt(view, `${name}/DeliveryFile/File`)]),
  };
}

/** Reads a musical work. */
export function workOf(element: Element): Draft<MessageWork> {
  return {
    line: element.line,
    reference: textAt(element, "MusicalWorkReference"),
    iswc: textAt(element, "MusicalWorkId/ISWC"),
    titles: titlesOf(element),
    credits: creditsOf(element),
  };
}
