// The home of Spotify's playlists as the stand-in plays them: a person's own ones, others' ones, and what is in them each day.
import { dayOf, drawn, whole } from "./random.mjs";

/** Makes the truth of one account. */
export function createPlaylists(seed, me) {
  const lists = Array.from({ length: 4 }, (_, at) => ({
    id: `list${at}x${whole(`${seed} list ${at}`, 100, 999)}`,
    name: `List ${at}`,
    owner: at === 3 ? "somebody-else" : me,
  }));
  /** The tracks of a list on the day of an instant. */
  const items = (list, at) => {
    const name = `${seed} ${list.id} ${dayOf(at)}`;
    return Array.from({ length: whole(`${name} length`, 0, 7) }, (_, place) => {
      const track = whole(`${name} ${place}`, 1, 30);
      if (drawn(`${name} ${place} gone`) < 0.05) return null;
      const isrc = track % 3 === 0 ? {} : { isrc: `USABC26000${String(track).padStart(2, "0")}` };
      return {
        type: "track",
        uri: `spotify:track:t${track}`,
        id: `t${track}`,
        name: `Track ${track}`,
        external_ids: isrc,
      };
    });
  };
  return { me, lists, items };
}

const MOST = 3;

/** Answers a call. `wrong` says what is wrong with the page. */
export function answer(playlists, url, at, wrong) {
  const page = (all, place = "") => {
    const limit = Math.min(Number(url.searchParams.get("limit") ?? "20"), MOST);
    const offset = Number(url.searchParams.get("offset") ?? "0");
    const from = wrong === "slipped" && offset > 0 ? offset + 1 : offset;
    const isEnd = offset + limit >= all.length;
    return Response.json({
      href: url.href,
      limit,
      offset,
      previous: null,
      next: isEnd ? null : `https://api.spotify.com${url.pathname}?offset=${offset + limit}${place}`,
      total: all.length,
      items: all.slice(from, offset + limit),
      newField: null,
    });
  };
  if (url.pathname === "/v1/me")
    return Response.json({ id: playlists.me, account_id: `acc-${playlists.me}`, display_name: "Mara" });
  if (url.pathname === "/v1/me/playlists") {
    return page(
      playlists.lists.map(({ id, name, owner }) => ({ id, name, collaborative: false, owner: { id: owner } })),
    );
  }
  const id = /^\/v1\/playlists\/(\w+)\/items$/.exec(url.pathname)?.[1];
  const list = playlists.lists.find((each) => each.id === id);
  if (list === undefined || list.owner !== playlists.me)
    return Response.json({ error: { status: 403, message: "Forbidden" } }, { status: 403 });
  return page(playlists.items(list, at).map((item) => ({ added_at: "2026-01-01T00:00:00Z", is_local: false, item })));
}
