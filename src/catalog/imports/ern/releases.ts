// The home of releases and of what may be done with them.

import { all, attribute, type Element, first, isSet, textAt, textOf, textsAt } from "./element.ts";
import type { MessageDeal, MessageRelease, ReleaseCodes } from "./message.ts";
import { type Draft, described, describedBy } from "./resources.ts";
import { type Parties, proprietaryAt, resolvedCredits, termAt, termsAt } from "./values.ts";

/** Reads the codes of a release. */
export function codesOfRelease(release: Element): ReleaseCodes {
  return {
    grid: textAt(release, "ReleaseId/GRid"),
    icpn: textAt(release, "ReleaseId/ICPN"),
    isrc: textAt(release, "ReleaseId/ISRC"),
    catalogNumber: textAt(release, "ReleaseId/CatalogNumber"),
    proprietary: proprietaryAt(release, "ReleaseId/ProprietaryId"),
  };
}

/** A release as it was read, before it was known which of its resources are recordings. */
export type ReleaseDraft = Omit<Draft<MessageRelease>, "tracks" | "resources"> & {
  readonly labelReference: string | null;
  readonly listed: readonly string[];
  /** The items of each group, in the order of the message. */
  readonly groups: readonly (readonly string[])[];
};

/** Reads a release or a track release. */
export function releaseOf(element: Element): ReleaseDraft {
  const { view } = described(element);
  const type = termAt(view, "ReleaseType");
  return {
    ...describedBy(element),
    labelReference: textAt(view, "ReleaseLabelReference"),
    reference: textAt(element, "ReleaseReference"),
    isMain: attribute(element, "IsMainRelease") === "true",
    isTrack: element.name === "TrackRelease" || type?.value === "TrackRelease",
    type,
    codes: codesOfRelease(element),
    releaseDate: textAt(view, "ReleaseDate"),
    originalReleaseDate: textAt(view, "OriginalReleaseDate", "GlobalOriginalReleaseDate"),
    listed: [
      ...textsAt(view, "ReleaseResourceReferenceList/ReleaseResourceReference"),
      ...textsAt(view, "ReleaseResourceReference"),
    ],
    groups: all(view, "ResourceGroup").flatMap(itemsOf),
  };
}

/** The items of a group and of every group within it, each in the order of its numbers. */
function itemsOf(group: Element): string[][] {
  const items = all(group, "ResourceGroupContentItem").map((item, at) => ({
    place: sequenceOf(item) ?? at + 1,
    references: [...textsAt(item, "ReleaseResourceReference"), ...textsAt(item, "LinkedReleaseResourceReference")],
  }));
  const own = items.toSorted((one, other) => one.place - other.place).flatMap(({ references }) => references);
  return [[...textsAt(group, "ReleaseResourceReference"), ...own], ...all(group, "ResourceGroup").flatMap(itemsOf)];
}

function sequenceOf(item: Element): number | null {
  const text = textAt(item, "SequenceNumber") ?? attribute(item, "SequenceNumber") ?? "";
  return /^\d{1,6}$/u.test(text) ? Number.parseInt(text, 10) : null;
}

/** Gives a release its label, its credits' parties, and its recordings their places: each group that has any is a disc. */
export function resolvedRelease(
  { labelReference, listed, groups, ...release }: ReleaseDraft,
  parties: Parties,
  recordings: ReadonlySet<string>,
): MessageRelease {
  const referred = labelReference === null ? null : (parties.get(labelReference)?.name ?? labelReference);
  const once = [...new Set(listed)];
  const discs = (groups.length > 0 ? groups : [once])
    .map((items) => items.filter((reference) => recordings.has(reference)))
    .filter((items) => items.length > 0);
  return {
    ...release,
    credits: resolvedCredits(release.credits, parties),
    label: release.label ?? referred,
    resources: listed.length > 0 ? listed : groups.flat(),
    tracks: discs.flatMap((items, at) => items.map((recording, n) => ({ disc: at + 1, number: n + 1, recording }))),
  };
}

const READ_TERMS = new Set(
  [
    "TerritoryCode ExcludedTerritoryCode CommercialModelType UseType Usage ValidityPeriod StartDate EndDate",
    "IsPreOrderDeal PreOrderReleaseDate TakeDown PriceInformation",
  ].flatMap((row) => row.split(" ")),
);

/** Reads the deals of an element that says for which releases they are. */
export function dealsOf(element: Element): MessageDeal[] {
  const releases = textsAt(element, "DealReleaseReference");
  return all(element, "Deal").map((deal) => {
    const terms = first(deal, "DealTerms") ?? deal;
    const price = first(terms, "PriceInformation/WholesalePricePerUnit") ?? first(terms, "PriceInformation/Price");
    const amount = textOf(price);
    return {
      line: deal.line,
      releases,
      territories: textsAt(terms, "TerritoryCode"),
      excludedTerritories: textsAt(terms, "ExcludedTerritoryCode"),
      commercialModels: termsAt(terms, "CommercialModelType"),
      useTypes: [...termsAt(terms, "Usage/UseType"), ...termsAt(terms, "UseType")],
      startsAt: textAt(terms, "ValidityPeriod/StartDate", "ValidityPeriod/StartDateTime", "StartDate"),
      endsAt: textAt(terms, "ValidityPeriod/EndDate", "ValidityPeriod/EndDateTime", "EndDate"),
      preOrderAt: textAt(terms, "PreOrderReleaseDate"),
      isPreOrder: isSet(terms, "IsPreOrderDeal"),
      isTakedown: isSet(terms, "TakeDown"),
      price: price === null || amount === null ? null : { amount, currency: attribute(price, "CurrencyCode") },
      unread: [...new Set(terms.children.map(({ name }) => name).filter((name) => !READ_TERMS.has(name)))],
    };
  });
}
