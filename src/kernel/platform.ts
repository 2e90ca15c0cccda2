// The home of platforms: the stores under the names that statements print, and what each is to us.

/** What a store mostly sells: plays, copies, or the use of music in what other people upload. */
export type PlatformKind = "stream" | "download" | "ugc";

/** A store, or one service of a store that pays by its own rules. */
export interface Platform {
  /** Stable, lower case, words joined by hyphens. */
  readonly id: string;
  /** As its owner writes it. */
  readonly name: string;
  readonly kind: PlatformKind;
}

/**
 * Known stores: id, name, kind, and the further names under which distributors print them. An unknown store is no
 * fault: see {@link platformOf}.
 *
 * @see names as printed in DistroKid, TuneCore and CD Baby statements; ASCAP's and BMI's codes, as importers of their
 *   statements read them; checked 2026-11
 */
const KNOWN: readonly (readonly [id: string, name: string, kind: PlatformKind, printed?: readonly string[]])[] = [
  ["spotify", "Spotify", "stream", ["SPOTIR", "Spotify Prem"]],
  [
    "apple-music",
    "Apple Music",
    "stream",
    ["iTunes/Apple Music", "Apple iMatch", "iTunes Match", "Apple Subscription"],
  ],
  ["itunes", "iTunes", "download", ["iTunes Store", "iTunes Songs", "Apple iTunes"]],
  [
    "amazon-unlimited",
    "Amazon Unlimited",
    "stream",
    ["Amazon Unlimited (Streaming)", "Amazon Music Unlimited", "Amazon Music", "Amazon Unltd"],
  ],
  ["amazon-prime", "Amazon Prime", "stream", ["Amazon Prime (Streaming)", "Amazon Prime Music", "Amazon Prime IN"]],
  ["amazon-ads", "Amazon Ads", "stream", ["Amazon (Ads)", "Amazon Ad Supported", "Amazon Music Free"]],
  [
    "amazon-downloads",
    "Amazon Downloads",
    "download",
    ["Amazon (Downloads)", "Amazon MP3", "Amazon Music (Downloads)", "AmazonMP3"],
  ],
  ["deezer", "Deezer", "stream"],
  ["tidal", "Tidal", "stream"],
  ["napster", "Napster", "stream", ["Rhapsody", "Napster/Rhapsody"]],
  ["youtube-music", "YouTube Music", "stream"],
  ["youtube-premium", "YouTube Premium", "stream", ["YouTube (Red)", "YouTube Red", "YouTube (Premium)"]],
  ["youtube-ads", "YouTube Ads", "ugc", ["YouTube (Ads)", "YouTube", "YouTube Ad Revenue"]],
  ["youtube-content-id", "YouTube Content ID", "ugc", ["YouTube (Content ID)", "YouTube (ContentID)"]],
  ["tiktok", "TikTok", "ugc", ["TikTok/Resso", "ByteDance", "TikTok (ByteDance)"]],
  ["facebook", "Facebook", "ugc", ["Facebook/Instagram", "Facebook (Rights Manager)", "Meta"]],
  ["instagram", "Instagram", "ugc"],
  ["snapchat", "Snapchat", "ugc", ["Snap"]],
  ["pandora", "Pandora", "stream"],
  ["soundcloud", "SoundCloud", "stream", ["SoundCloud Go"]],
  ["iheartradio", "iHeartRadio", "stream", ["iHeart Radio"]],
  ["qobuz", "Qobuz", "stream", ["Qobuz (Streaming)"]],
  ["boomplay", "Boomplay", "stream", ["Boomplay Music"]],
  ["anghami", "Anghami", "stream"],
  ["jiosaavn", "JioSaavn", "stream", ["Saavn", "Jio Saavn"]],
  ["gaana", "Gaana", "stream"],
  ["yandex-music", "Yandex Music", "stream", ["Yandex"]],
  ["vk", "VK", "stream", ["VKontakte", "VK Music"]],
  ["tencent", "Tencent Music", "stream", ["Tencent"]],
  ["netease", "NetEase Cloud Music", "stream", ["NetEase", "Netease Music"]],
  ["kkbox", "KKBOX", "stream"],
  ["line-music", "LINE MUSIC", "stream"],
  ["awa", "AWA", "stream"],
  ["melon", "Melon", "stream"],
  ["flo", "FLO", "stream"],
  ["joox", "JOOX", "stream"],
  ["resso", "Resso", "stream"],
  ["audiomack", "Audiomack", "stream"],
  ["peloton", "Peloton", "stream"],
  ["claro-musica", "Claro Música", "stream", ["Claro Musica"]],
  ["medianet", "MediaNet", "stream", ["Media Net"]],
  ["google-play", "Google Play", "stream", ["Google Play Music", "Google Play (Streaming)"]],
  ["groove", "Groove", "stream", ["Groove Music", "Xbox Music"]],
  ["beatport", "Beatport", "download"],
  ["traxsource", "Traxsource", "download"],
  ["juno", "Juno Download", "download", ["Juno"]],
  ["bandcamp", "Bandcamp", "download"],
  ["seven-digital", "7digital", "download"],
];

const BY_NAME: ReadonlyMap<string, Platform> = new Map(
  KNOWN.flatMap(([id, name, kind, printed = []]) => {
    const platform: Platform = { id, name, kind };
    return [name, ...printed].map((each): [string, Platform] => [comparable(each), platform]);
  }),
);

/**
 * The platform a statement means by a printed store name. Case and spaces do not matter.
 *
 * @returns for a store nobody listed: an id made of its name and the kind `stream`, so that its money is never without
 * a place; the same name always gives the same id
 */
export function platformOf(printed: string): Platform {
  const met = asPrinted.get(printed);
  if (met !== undefined) return met;
  const platform = BY_NAME.get(comparable(printed)) ?? unlisted(printed);
  if (asPrinted.size >= MOST_REMEMBERED) asPrinted.clear();
  asPrinted.set(printed, platform);
  return platform;
}

// An answer names the same few stores hundreds of times, and comparing names is slow.
const asPrinted = new Map<string, Platform>();
const MOST_REMEMBERED = 1000;

function unlisted(printed: string): Platform {
  const name = printed.trim().replaceAll(/\s+/gu, " ");
  return { id: slug(name), name, kind: "stream" };
}

function comparable(printed: string): string {
  return printed.normalize("NFKC").trim().replaceAll(/\s+/gu, " ").toLowerCase();
}

/** Letters of every script are kept: a store printed in Chinese must not share an id with one printed in Japanese. */
function slug(name: string): string {
  const words = comparable(name)
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, "-")
    .replaceAll(/^-|-$/gu, "");
  return words === "" ? "unknown" : words;
}
