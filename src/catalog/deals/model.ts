// The home of deals: where, how and from when on a release may be used.

import { TERRITORIES } from "../../kernel/territory.ts";
import type { Day } from "../../kernel/time.ts";
import { refused } from "../items/model.ts";

/** How a use is paid for. @see DDEX allowed values of ERN 4.3, CommercialModelType, checked 2026-11 */
export const COMMERCIAL_MODELS = [
  "AdvertisementSupportedModel",
  "DeviceFeeModel",
  "FreeOfChargeModel",
  "PayAsYouGoModel",
  "PerformanceRoyaltiesModel",
  "RightsClaimModel",
  "SubscriptionModel",
  "AsPerContract",
  "Unknown",
  "UserDefined",
] as const;

/** How a release may be used. @see DDEX allowed values of ERN 4.3, UseType, checked 2026-11 */
export const USES: readonly string[] = [
  "AsPerContract Broadcast Cable ConditionalDownload ContentInfluencedStream Display Download Dub DubForLivePerformance",
  "DubForMovies DubForMusicOnHold DubForOnDemandStreaming DubForPublicPerformance DubForRadio DubForTV",
  "ExtractForInternet KioskDownload Narrowcast NonInteractiveStream OnDemandStream Perform PerformAsMusicOnHold",
  "PerformInLivePerformance PerformInPublic PermanentDownload PlayInPublic Playback Podcast Print PrivateCopy",
  "PurchaseAsPhysicalProduct Rent Simulcast Stream TetheredDownload TimeInfluencedStream Unknown Use UseAsAlertTone",
  "UseAsDevice UseAsKaraoke UseAsRingbackTone UseAsRingbackTune UseAsRingtone UseAsRingtune UseAsScreensaver",
  "UseAsVoiceMail UseAsWallpaper UseForIdentification UseInMobilePhoneMessaging UseInPhoneListening",
  "UserMakeAvailableLabelProvided UserMakeAvailableUserProvided UserDefined Webcast",
].flatMap((row) => row.split(" "));

/** Where a deal holds: in these territories, or everywhere but in these; nowhere named is everywhere. */
export interface DealTerritories {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What may be done with a release, how it is paid for, where, and from when to when. */
export interface Deal {
  readonly territories: DealTerritories;
  readonly commercialModel: (typeof COMMERCIAL_MODELS)[number];
  readonly uses: readonly string[];
  /** The first day; null for that of the release. */
  readonly startsOn: Day | null;
  /** The last day; null for no end. */
  readonly endsOn: Day | null;
  readonly isPreOrder: boolean;
}

/**
 * Refuses deals that contradict themselves or one another.
 *
 * @param path where the request says them, as in `body.deals`
 * @throws Problem `deal_invalid`, `deals_overlap` when two of one kind cover one use in one place on one day
 */
export function requireClearDeals(deals: readonly Deal[], path: string): void {
  for (const [at, deal] of deals.entries()) {
    const { include, exclude } = deal.territories;
    const where = `${path}.${at}`;
    if (include.length > 0 && exclude.length > 0) {
      throw refused(
        "deal_invalid",
        `${where}.territories`,
        "name the territories it holds in or those it does not, not both",
      );
    }
    const unknown = [...include, ...exclude].find((territory) => !TERRITORIES.has(territory));
    if (unknown !== undefined) throw refused("deal_invalid", `${where}.territories`, `"${unknown}" is no territory`);
    if (deal.startsOn !== null && deal.endsOn !== null && deal.endsOn < deal.startsOn) {
      throw refused("deal_invalid", `${where}.endsOn`, "it ends before it starts");
    }
    const other = deals.slice(0, at).findIndex((earlier) => overlap(earlier, deal));
    if (other >= 0) {
      throw refused(
        "deals_overlap",
        where,
        `it covers a use that deals.${other} covers, in the same place at the same time`,
      );
    }
  }
}

function overlap(one: Deal, other: Deal): boolean {
  return (
    one.isPreOrder === other.isPreOrder &&
    one.commercialModel === other.commercialModel &&
    one.uses.some((use) => other.uses.includes(use)) &&
    !isBefore(one.endsOn, other.startsOn) &&
    !isBefore(other.endsOn, one.startsOn) &&
    placesMeet(one.territories, other.territories)
  );
}

/** Whether one ends before the other starts; a start that follows the release may be any day. */
function isBefore(end: Day | null, start: Day | null): boolean {
  return end !== null && start !== null && end < start;
}

function placesMeet(one: DealTerritories, other: DealTerritories): boolean {
  if (one.include.length > 0) return one.include.some((territory) => holdsIn(other, territory));
  if (other.include.length > 0) return other.include.some((territory) => holdsIn(one, territory));
  return [...TERRITORIES].some((territory) => holdsIn(one, territory) && holdsIn(other, territory));
}

/** The territories that deals hold in together; null for the whole world, which is also meant while there is no deal. */
export function territoriesOf(deals: readonly Deal[]): string[] | null {
  const held = [...TERRITORIES].filter((territory) => deals.some((deal) => holdsIn(deal.territories, territory)));
  return held.length === 0 || held.length === TERRITORIES.size ? null : held;
}

/** Tells whether a deal holds in a territory. */
export function holdsIn({ include, exclude }: DealTerritories, territory: string): boolean {
  return include.length > 0 ? include.includes(territory) : !exclude.includes(territory);
}
