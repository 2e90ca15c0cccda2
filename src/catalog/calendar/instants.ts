// The home of when a release comes out: the instants at which its date begins for the first and for the last of its listeners.

import type { Instant } from "../../kernel/time.ts";
import { instantAt } from "../../kernel/wall-time.ts";
import type { ReleaseAt } from "../releases/model.ts";

/** From when on somebody can hear a release, and from when on everybody can. */
export interface ReleaseInstants {
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

/**
 * Where a day begins first, and where it begins last among the places where people live.
 *
 * @see https://data.iana.org/time-zones/tzdb/ files australasia: +14 all year, and −11 all year, checked 2026-11
 */
const FIRST_ZONE = "Pacific/Kiritimati";
const LAST_ZONE = "Pacific/Pago_Pago";

/**
 * Gives the instants between which a release comes out.
 *
 * With local midnight it comes out in each time zone of its territories as that zone's day begins; the first of them is
 * the one by which it is out and no secret any more.
 * @param territories ISO 3166-1 alpha-2 codes it may be heard in, or null for the whole world
 * @throws RangeError when the time zone is not known
 */
export function releaseInstants(moment: ReleaseAt, territories: readonly string[] | null): ReleaseInstants {
  if (moment.mode === "fixed_instant") {
    const at = instantAt(moment.date, moment.time, moment.timeZone);
    return { firstAt: at, lastAt: at };
  }
  const instants = zonesOf(territories).map((timeZone) => instantAt(moment.date, "00:00", timeZone));
  return { firstAt: Math.min(...instants), lastAt: Math.max(...instants) };
}

function zonesOf(territories: readonly string[] | null): readonly string[] {
  const zones = (territories ?? []).flatMap(timeZonesOf);
  return zones.length > 0 ? zones : [FIRST_ZONE, LAST_ZONE];
}

/**
 * Lists the time zones of a territory; none where nobody lives.
 *
 * @see https://tc39.es/proposal-intl-locale-info/ the runtime's own table, after the tz database, checked 2026-11
 */
export function timeZonesOf(territory: string): string[] {
  // The tz database has Kosovo's time under Serbia.
  const code = territory === "XK" ? "RS" : territory;
  return (new Intl.Locale(`und-${code}`) as LocaleWithZones).getTimeZones() ?? [];
}

/** TypeScript's library does not describe it yet; Node and workerd have it, which the tests hold. */
type LocaleWithZones = Intl.Locale & { getTimeZones(): string[] | undefined };
