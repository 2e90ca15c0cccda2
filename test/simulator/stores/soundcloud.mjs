// The home of SoundCloud as the stand-in plays it: running totals that grow at midnight, fall, vanish and come back.
import { dayOf, daysBetween, drawn, whole } from "./random.mjs";

/** Makes the truth of one account, which began on a day. */
export function createUploads(seed, begun, count = 5) {
  const tracks = Array.from({ length: count }, (_, at) => {
    const urn = `soundcloud:tracks:${whole(`${seed} urn ${at}`, 10_000, 99_999)}${at}`;
    const isNew = at === count - 1;
    return {
      urn,
      title: `Track ${at}`,
      isrc: at % 2 === 0 ? `GBXYZ26000${String(whole(`${seed} isrc ${at}`, 10, 99))}` : null,
      // The last one is uploaded while it is watched.
      createdOn: isNew ? dayOf(Date.parse(begun) + whole(`${seed} upload`, 4, 20) * 86_400_000) : "2024-01-01",
      base: isNew ? 0 : whole(`${seed} base ${at}`, 500, 5000),
    };
  });
  /** What is listed at an instant; a total holds all days before the present one. */
  const listed = (at) => {
    const today = dayOf(at);
    return tracks.flatMap((track) => {
      if (track.createdOn >= today) return [];
      if (isDown(seed, track.urn, today)) return [];
      const from = track.createdOn < begun ? begun : track.createdOn;
      let [plays, downloads] = [track.base, Math.floor(track.base / 10)];
      for (const day of from < today ? daysBetween(from, today).slice(0, -1) : []) {
        const name = `${seed} ${track.urn} ${day}`;
        // Now and then a store takes back what it had counted.
        plays += drawn(`${name} falls`) < 0.04 ? -whole(`${name} fall`, 1, 30) : whole(`${name} plays`, 0, 40);
        downloads += whole(`${name} downloads`, 0, 3);
      }
      return [{ ...track, plays, downloads }];
    });
  };
  return { tracks, listed };
}

/** A track is taken down for some days, and comes back. */
function isDown(seed, urn, day) {
  const week = Math.floor(Date.parse(day) / (7 * 86_400_000));
  return drawn(`${seed} ${urn} down ${week}`) < 0.08;
}

const PER_PAGE = 2;

/** Answers a call. `wrong` says what is wrong with the page. */
export function answer(uploads, url, at, wrong) {
  const listed = uploads.listed(at);
  if (url.pathname === "/me") {
    return Response.json({
      kind: "user",
      urn: "soundcloud:users:1",
      track_count: listed.length,
      private_tracks_count: 0,
    });
  }
  const from = Number(url.searchParams.get("cursor") ?? "0");
  // A page that overlaps the one before it, or that has slipped past a track.
  const start = wrong === "twins" ? Math.max(0, from - 1) : wrong === "slipped" ? from + 1 : from;
  const collection = listed.slice(start, from + PER_PAGE).map((track) => ({
    kind: "track",
    urn: track.urn,
    title: track.title,
    isrc: track.isrc,
    created_at: `${track.createdOn.replaceAll("-", "/")} 09:00:00 +0000`,
    playback_count: track.plays,
    download_count: track.downloads,
    reveal_stats: true,
    newField: 1,
  }));
  const isEnd = from + PER_PAGE >= listed.length;
  const next = `https://api.soundcloud.com/me/tracks?limit=200&linked_partitioning=true&cursor=${from + PER_PAGE}`;
  return Response.json({ collection, next_href: isEnd ? null : next });
}

/** A refusal for too many calls, with the time when it ends. */
export function limited(at) {
  const reset = new Date(Math.ceil(at / 1000) * 1000 + 90_000).toISOString();
  const reset_time = `${reset.slice(0, 10).replaceAll("-", "/")} ${reset.slice(11, 19)} +0000`;
  const meta = { rate_limit: { group: "calls", max_nr_of_requests: 300, time_window: "PT1M" }, reset_time };
  return Response.json({ code: 429, message: "Too many requests", errors: [{ meta }] }, { status: 429 });
}
