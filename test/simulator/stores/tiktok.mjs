// The home of TikTok as the stand-in plays it: totals of videos that grow at midnight, fall, vanish and come back; lists by time.
import { DAY_MS, dayOf, daysBetween, drawn, whole } from "./random.mjs";

/** How it says OAuth's words. */
export const DIALECT = { clientId: "client_key", hasPkce: false, refusedStatus: 200 };

/** Makes the truth of one profile, which began on a day. */
export function createProfile(seed, begun, count = 5) {
  const videos = Array.from({ length: count }, (_, at) => {
    const isNew = at === count - 1;
    // The last one is published while it is watched; no two in one second.
    const createdAt = isNew
      ? Date.parse(begun) + whole(`${seed} upload`, 4, 20) * DAY_MS + 9 * 3_600_000
      : Date.parse("2024-01-01") + (at * 7 + whole(`${seed} published ${at}`, 0, 6)) * DAY_MS;
    const id = `73${whole(`${seed} id ${at}`, 10_000, 99_999)}00000000000${at}`;
    return { id, title: `Clip ${at}`, createdAt, base: isNew ? 0 : whole(`${seed} base ${at}`, 500, 9000) };
  });
  /** What is listed at an instant, the newest first; a total holds all days before the present one. */
  const listed = (at) => {
    const today = dayOf(at);
    return videos
      .filter(({ id, createdAt }) => dayOf(createdAt) < today && !isHidden(seed, id, today))
      .map((video) => {
        const first = dayOf(video.createdAt);
        let views = video.base;
        for (const day of daysBetween(first < begun ? begun : first, dayOf(at - DAY_MS))) {
          const name = `${seed} ${video.id} ${day}`;
          // Now and then what robots saw is taken back.
          views += drawn(`${name} falls`) < 0.04 ? -whole(`${name} fall`, 1, 30) : whole(`${name} views`, 0, 60);
        }
        return { ...video, views };
      })
      .sort((one, other) => other.createdAt - one.createdAt);
  };
  /** The profile's own numbers on the day of an instant. */
  const numbers = (at) => {
    const name = `${seed} ${dayOf(at)}`;
    return { follower_count: whole(`${name} followers`, 900, 1100), likes_count: whole(`${name} likes`, 5000, 6000) };
  };
  return { videos, listed, numbers };
}

/** A video is made private for some days, and comes back. */
function isHidden(seed, id, day) {
  const week = Math.floor(Date.parse(day) / (7 * DAY_MS));
  return drawn(`${seed} ${id} hidden ${week}`) < 0.08;
}

const PER_PAGE = 2;

/** Answers a call. `wrong` says what is wrong with the page; a list by time does not slip. */
export async function answer(profile, request, at, wrong) {
  const { pathname, searchParams } = new URL(request.url);
  const fields = (searchParams.get("fields") ?? "").split(",");
  const given = (thing) => Object.fromEntries(Object.entries(thing).filter(([name]) => fields.includes(name)));
  const listed = profile.listed(at);
  if (pathname === "/v2/user/info/")
    return said(200, "ok", { user: given({ ...profile.numbers(at), video_count: listed.length, newField: 1 }) });
  if (pathname !== "/v2/video/list/" || request.method !== "POST") return refusal(404, "invalid_params");
  const asked = await request.json();
  if (!(asked.max_count >= 1 && asked.max_count <= 20)) return refusal(400, "invalid_params");
  const before = asked.cursor ?? Number.POSITIVE_INFINITY;
  const from = listed.findIndex(({ createdAt }) => createdAt < before);
  const rest = from < 0 ? [] : listed.slice(from);
  const page = rest.slice(0, PER_PAGE);
  // A page that overlaps the one before it.
  const shown = wrong === "twins" && from > 0 ? [listed[from - 1], ...page] : page;
  const videos = shown.map(({ id, title, createdAt, views }) =>
    given({ id, create_time: createdAt / 1000, title, video_description: `${title} #new`, view_count: views }),
  );
  const has_more = rest.length > PER_PAGE;
  return said(200, "ok", { videos, cursor: has_more ? page.at(-1).createdAt : 0, has_more });
}

/** A refusal as it writes one. */
export function refusal(status, code) {
  return said(status, code, {});
}

function said(status, code, data) {
  return Response.json({ data, error: { code, message: "", log_id: "20261122" } }, { status });
}
