// Every message of the corpus comes out as it says: against expectations written by hand, and against its source counted by
// patterns that know nothing of the reader.
import { describe, expect, it } from "vitest";
import type { MessageDeal, ReleaseMessage, Term } from "../../../src/catalog/imports/ern/message.ts";
import { fixture, MESSAGES, read } from "./messages.ts";

const source = (text: string) => text.replaceAll(/<!--[\s\S]*?-->/gu, "");
const count = (text: string, tag: string) => [...source(text).matchAll(new RegExp(`<${tag}[\\s>]`, "gu"))].length;
const printed = (text: string, tag: string) =>
  [...source(text).matchAll(new RegExp(`<${tag}(?:\\s[^>]*)?>([^<]*)</${tag}>`, "gu"))]
    .map((match) => (match[1] ?? "").trim())
    .filter((value) => value !== "");

const ERN = [...MESSAGES].filter(([name]) => !name.startsWith("mead"));

describe.each(ERN)("%s", (_, text) => {
  const message = read(text);

  it("has as many recordings, pictures, releases and deals as its source", () => {
    expect(message.recordings).toHaveLength(count(text, "SoundRecording") + count(text, "Video"));
    expect(message.images).toHaveLength(count(text, "Image"));
    expect(message.releases).toHaveLength(count(text, "Release") + count(text, "TrackRelease"));
    expect(message.deals).toHaveLength(count(text, "Deal"));
    expect(message.purged).toHaveLength(count(text, "PurgedRelease"));
    expect(message.unread).toEqual({});
  });

  it("has every code of its source, and no other", () => {
    const codes = [
      ...message.recordings.flatMap(({ isrc, iswcs }) => [isrc, ...iswcs]),
      ...[...message.releases.map((release) => release.codes), ...message.purged].flatMap((code) => [
        code.grid,
        code.icpn,
        code.isrc,
      ]),
    ].filter((code) => code !== null);
    expect(codes.sort()).toEqual(["ISRC", "ISWC", "GRid", "ICPN"].flatMap((tag) => printed(text, tag)).sort());
  });

  it("has every title of its source", () => {
    const titles = [...message.releases, ...message.recordings].flatMap((thing) =>
      thing.titles.map((title) => title.text),
    );
    // A group's own title names no release.
    const all = printed(text.replaceAll(/<Title TitleType="GroupingTitle">[\s\S]*?<\/Title>/gu, ""), "TitleText");
    expect(titles.sort()).toEqual(all.sort());
  });

  it("has every term of its deals", () => {
    const values = (terms: readonly Term[]) => terms.map(({ value }) => value);
    const deals = message.deals;
    expect(deals.flatMap((deal) => values(deal.commercialModels))).toEqual(printed(text, "CommercialModelType"));
    expect(deals.flatMap((deal) => values(deal.useTypes))).toEqual(printed(text, "UseType"));
    expect(deals.flatMap(({ startsAt }) => startsAt ?? [])).toEqual(printed(text, "StartDate"));
    expect(deals.flatMap(({ endsAt }) => endsAt ?? [])).toEqual(printed(text, "EndDate"));
    const inDeals = text.slice(text.indexOf("<DealList>") === -1 ? text.length : text.indexOf("<DealList>"));
    expect(deals.flatMap(({ territories }) => territories)).toEqual(printed(inDeals, "TerritoryCode"));
    expect(deals.flatMap(({ price }) => price?.amount ?? [])).toEqual(printed(text, "WholesalePricePerUnit"));
  });

  it("is the same in whatever pieces it comes", () => {
    for (const size of [1, 7, 1000]) expect(read(text, size)).toEqual(message);
  });
});

const titleOf = (of: { titles: readonly { text: string; type: string }[] } | undefined, type = "DisplayTitle") =>
  of?.titles.find((title) => title.type === type)?.text;
const names = (message: ReleaseMessage, at: number) =>
  message.recordings[at]?.credits.map(({ name, as, roles }) => `${name} ${as} ${roles.map(({ value }) => value)}`);
const plain = ({ commercialModels, useTypes, startsAt, endsAt, territories, price }: MessageDeal) => [
  commercialModels.map(({ value, own }) => own ?? value).join(),
  useTypes.map(({ value }) => value).join(),
  territories.join(),
  startsAt,
  endsAt,
  price === null ? null : `${price.amount} ${price.currency}`,
];

describe("by hand", () => {
  it("reads a first delivery", () => {
    const message = read(fixture("01_delivery.xml"));
    expect([message.kind, message.version, message.profile]).toEqual([
      "releases",
      "3.8.2",
      "CommonReleaseTypes/13/AudioSingle",
    ]);
    expect(message.header).toMatchObject({
      messageId: "MessageID5678",
      threadId: "UniqueThreadID1234",
      sender: { name: "Label Name", dpid: "PADPIDA1234567890", isni: null },
      recipients: [{ name: "Tiki Labs, Inc.", dpid: "PADPIDA202401120D9" }],
      createdAt: "2024-04-01T05:00:00Z",
    });
    const [recording] = message.recordings;
    expect(recording).toMatchObject({
      line: 26,
      kind: "sound",
      isrc: "USRC12345678",
      proprietary: [{ namespace: "PADPIDA1234567890", code: "2281606606" }],
      artistName: "DJ Theo",
      label: "Label Name, Inc.",
      durationMs: 225_000,
      pLines: [{ year: "2021", text: "Label Name" }],
      genres: [{ genre: "Folk", subgenre: "Indie Folk" }],
      files: [{ name: "resources/SoundRecording_001_001.flac", hash: null }],
    });
    expect(message.images[0]).toMatchObject({
      type: { value: "FrontCoverImage" },
      files: [{ name: "resources/Image_001_001.jpg" }],
    });
    const [release] = message.releases;
    expect(release).toMatchObject({
      isMain: true,
      isTrack: false,
      reference: "RL1",
      codes: { grid: "A1B2C3D4E5F6G7H8I9J0K1L2M3N4O5P6Q7R8S9T0", icpn: null },
      label: "Iron Crown Music",
      genres: [{ genre: "Metal", subgenre: "Progressive Metal" }],
      parentalWarning: { value: "NotExplicit" },
      releaseDate: "2010-01-01",
      resources: ["A1", "A2"],
      tracks: [{ disc: 1, number: 1, recording: "A1" }],
    });
    expect([titleOf(release, "ReferenceTitle"), titleOf(release)]).toEqual(["Example Album 123", "Example Album"]);
    expect(message.deals.map(plain)).toEqual([
      ["FreeOfChargeModel", "OnDemandStream,PermanentDownload", "Worldwide", "2023-09-02", null, null],
    ]);
  });

  it("reads an update, and one whose deal ends", () => {
    const [delivered, updated, ended] = ["01_delivery.xml", "02_update.xml", "04_no_deal.xml"].map((name) =>
      read(fixture(name)),
    );
    expect(updated?.header.messageId).toBe(delivered?.header.messageId);
    expect(updated?.header.createdAt).toBe("2024-04-01T06:00:00Z");
    expect([delivered, updated].map((message) => titleOf(message?.recordings[0]))).toEqual([
      "Example Song",
      "Updated Example Song",
    ]);
    expect(ended?.deals.map(({ startsAt, endsAt }) => [startsAt, endsAt])).toEqual([["2023-09-02", "2023-10-02"]]);
  });

  it("reads that a release is taken away", () => {
    const message = read(fixture("03_delete.xml"));
    expect(message.kind).toBe("purge");
    expect(message.header.messageId).toBe("MessageID5680");
    expect(message.purged).toEqual([
      {
        line: 23,
        grid: "A1B2C3D4E5F6G7H8I9J0K1L2M3N4O5P6Q7R8S9T0",
        icpn: null,
        isrc: null,
        catalogNumber: null,
        proprietary: [],
      },
    ]);
    expect([message.releases, message.recordings, message.deals]).toEqual([[], [], []]);
  });

  it("reads an album with its tracks, their writers, and deals for each track alone", () => {
    const message = read(fixture("dealTypes.xml"));
    expect(
      message.releases.map(({ reference, isMain, isTrack, codes }) => [reference, isMain, isTrack, codes]),
    ).toEqual(
      [
        ["R0", true, false, "721620118165", null],
        ["R1", false, true, null, "CASE00000001"],
        ["R2", false, true, null, "CASE00000002"],
        ["R3", false, true, null, "CASE00000003"],
        ["R4", false, true, null, "CASE00000004"],
      ].map(([reference, isMain, isTrack, icpn, isrc]) => [
        reference,
        isMain,
        isTrack,
        { grid: null, icpn, isrc, catalogNumber: null, proprietary: [] },
      ]),
    );
    const [album] = message.releases;
    expect(album?.tracks).toEqual([
      { disc: 1, number: 1, recording: "A1" },
      { disc: 1, number: 2, recording: "A2" },
    ]);
    expect(album).toMatchObject({
      pLines: [{ year: "2010", text: "(P) 2010 Iron Crown Music" }],
      cLines: [{ year: "2010", text: "(C) 2010 Iron Crown Music" }],
      originalReleaseDate: "2010-10-01",
    });
    expect(message.recordings.map(({ durationMs, iswcs }) => [durationMs, iswcs])).toEqual([
      [811_000, []],
      [366_000, ["T1234567890"]],
    ]);
    expect(names(message, 0)).toEqual([
      "Monkey Claw artist MainArtist",
      "Steve Albino contributor Producer",
      "Bob Black writer Composer",
    ]);
    expect(message.deals.map((deal) => [...deal.releases, ...plain(deal)])).toEqual([
      ["R1", "PayAsYouGoModel", "OnDemandStream,PermanentDownload", "Worldwide", "2023-09-02", null, "4.0 USD"],
      ["R2", "FollowGated", "OnDemandStream", "Worldwide", "2023-09-02", null, null],
      ["R3", "NFTGated", "OnDemandStream", "Worldwide", "2023-09-02", null, null],
      ["R4", "NFTGated", "OnDemandStream", "Worldwide", "2023-09-02", null, null],
    ]);
    expect(message.deals.map(({ unread }) => unread)).toEqual([[], [], ["Conditions"], ["Conditions"]]);
  });

  it("reads the deals of gated tracks", () => {
    expect(read(fixture("track_follow_gated.xml")).deals.map(plain)).toEqual([
      ["FollowGated", "OnDemandStream", "Worldwide", "2023-09-02", null, null],
      ["TipGated", "PermanentDownload", "Worldwide", "2023-09-02", null, null],
    ]);
    expect(read(fixture("track_pay_gated.xml")).deals.map(plain)).toEqual([
      ["PayAsYouGoModel", "OnDemandStream,PermanentDownload", "Worldwide", "2023-09-02", null, "4.0 USD"],
    ]);
  });

  it("reads messages of 3.8.2, 4.2 and 4.3 that say little", () => {
    const [old, middle, recent] = [
      "ern-382-basic_release.xml",
      "ern-42-basic_release.xml",
      "ern-4.3-simple_release.xml",
    ].map((name) => read(fixture(name)));
    expect([old, middle, recent].map((message) => message?.version)).toEqual(["3.8.2", "4.2", "4.3"]);
    expect([old, middle, recent].map((message) => message?.header.sender.name)).toEqual([
      "Test Label 382",
      "Test Label 4.2",
      "Test Sender",
    ]);
    expect(old?.releases[0]).toMatchObject({
      codes: { grid: "A1-B2C3D-4E5F6G-H" },
      type: { value: "Album" },
      tracks: [],
    });
    expect(titleOf(middle?.releases[0], "ReferenceTitle")).toBe("Test Album 4.2");
    expect(recent?.header.sender.dpid).toBe("PADPIDA2014120301");
    expect(recent?.recordings[0]).toMatchObject({ isrc: "USTEST0000001", reference: "A1" });
    expect(recent?.releases[0]?.resources).toEqual([]);
    expect(recent?.deals).toMatchObject([
      { releases: ["R1"], territories: ["Worldwide"], startsAt: "2025-09-06", commercialModels: [] },
    ]);
  });
});
