// The home of a message's deals as the catalog keeps them: one for each way a use is paid for.

import { Problem } from "../../../kernel/problems.ts";
import { TERRITORIES } from "../../../kernel/territory.ts";
import { COMMERCIAL_MODELS, type Deal, requireClearDeals, USES } from "../../deals/model.ts";
import type { Notes } from "../notes.ts";
import type { MessageDeal, MessageRelease, ReleaseMessage } from "./message.ts";
import { dayOf, worldOr } from "./words.ts";

/** The most deals of a release. */
const MOST_DEALS = 200;

/**
 * The deals of a release: all that hold from now on. What a deal says beyond that is noted.
 *
 * @returns `takedown` where every deal takes the release down everywhere
 */
export function dealsFor(message: ReleaseMessage, release: MessageRelease, notes: Notes): Deal[] | "takedown" {
  const { reference } = release;
  const own = message.deals.filter(({ releases }) => reference !== null && releases.includes(reference));
  const downs = own.filter(({ isTakedown }) => isTakedown);
  const isAll = downs.some((deal) => worldOr(deal.territories).length === 0 && deal.excludedTerritories.length === 0);
  if (own.length > 0 && downs.length === own.length && isAll) return "takedown";
  for (const { line } of downs) {
    notes.add("not_kept", line, "TakeDown", "a takedown of some territories; its other deals say where it stays");
  }
  const deals = own.filter(({ isTakedown }) => !isTakedown).flatMap((deal) => kept(deal, notes));
  return clear(deals, release.line, notes);
}

/** Deals that contradict one another are not kept, since nobody knows which is meant. */
function clear(deals: readonly Deal[], line: number, notes: Notes): Deal[] {
  const merged = joined(deals);
  if (merged.length > MOST_DEALS) {
    notes.add("not_kept", line, "ReleaseDeal", `${merged.length} deals, more than the ${MOST_DEALS} that are kept`);
    return [];
  }
  try {
    requireClearDeals(merged, "deals");
    return merged;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    notes.add("not_kept", line, "ReleaseDeal", `its deals: ${error.detail}`);
    return [];
  }
}

/** Deals that differ in their uses alone are one deal of all these uses. */
function joined(deals: readonly Deal[]): Deal[] {
  const groups = Map.groupBy(deals, ({ uses: _, ...rest }) => JSON.stringify(rest));
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, uses: [...new Set([first, ...others].flatMap(({ uses }) => uses))] }],
  );
}

function kept(deal: MessageDeal, notes: Notes): Deal[] {
  const { line } = deal;
  const include = worldOr(deal.territories);
  const exclude = deal.excludedTerritories;
  const unknown = [...include, ...exclude].find((territory) => !TERRITORIES.has(territory));
  if (unknown !== undefined) {
    notes.add("not_kept", line, "TerritoryCode", `the deal, since "${unknown}" is no territory of ISO 3166`);
    return [];
  }
  if (deal.price !== null) {
    notes.add(
      "not_kept",
      line,
      "PriceInformation",
      `the price ${deal.price.amount} ${deal.price.currency ?? ""}`.trim(),
    );
  }
  for (const name of deal.unread) notes.add("not_kept", line, name, "terms of this kind are not kept");
  for (const { value, own } of [...deal.commercialModels, ...deal.useTypes]) {
    if (own !== null) notes.add("replaced", line, "UserDefinedValue", `"${own}" is kept as ${value}`);
  }
  const uses = termsOf(deal.useTypes, USES, "UseType", deal, notes);
  const models = termsOf(deal.commercialModels, COMMERCIAL_MODELS, "CommercialModelType", deal, notes);
  return models.map((commercialModel) => ({
    territories: { include: [...new Set(include)], exclude: [...new Set(exclude)] },
    commercialModel,
    uses,
    startsOn: dayOf(deal.startsAt, line, "StartDate", notes),
    endsOn: dayOf(deal.endsAt, line, "EndDate", notes),
    isPreOrder: deal.isPreOrder,
  }));
}

/** The terms of a list that the catalog knows; none said, or none known, is `Unknown`, which is one of them. */
function termsOf<T extends string>(
  terms: MessageDeal["useTypes"],
  known: readonly T[],
  path: string,
  { line }: MessageDeal,
  notes: Notes,
): T[] {
  const found = terms.flatMap(({ value }) => known.filter((each) => each === value));
  for (const { value } of terms) {
    if (!known.some((each) => each === value)) notes.add("replaced", line, path, `"${value}" is kept as Unknown`);
  }
  return found.length > 0 ? [...new Set(found)] : known.filter((each) => each === "Unknown");
}
