// What messages mean for the catalog: releases with their recordings, what has no place there, and takedowns.
import { describe, expect, it } from "vitest";
import { entriesOfMessage } from "../../../src/catalog/imports/ern/entries.ts";
import { fixture, read } from "./messages.ts";

const entries = (name: string) => entriesOfMessage(read(fixture(name)));
const notes = (name: string) =>
  entries(name).flatMap((entry) =>
    entry.notes.map(({ code, line, path, message }) => `${code} ${line} ${path}: ${message}`),
  );

describe("a delivery", () => {
  it("is one release with its recording, deals and title as shown", () => {
    const [entry, ...others] = entries("01_delivery.xml");
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ action: "put", saidAt: Date.parse("2024-04-01T05:00:00Z"), works: [], parties: [] });
    expect(entry?.release).toMatchObject({
      said: {
        title: "Example Album",
        label: "Iron Crown Music",
        genres: ["Metal", "Progressive Metal"],
        parentalWarning: "NotExplicit",
        releaseAt: { mode: "local_midnight", date: "2010-01-01" },
        deals: [
          {
            territories: { include: [], exclude: [] },
            commercialModel: "FreeOfChargeModel",
            uses: ["OnDemandStream", "PermanentDownload"],
            startsOn: "2023-09-02",
            endsOn: null,
            isPreOrder: false,
          },
        ],
      },
      type: "single",
      artists: [{ name: "DJ Theo", role: "MainArtist", party: null }],
      tracks: [{ disc: 1, sequence: 1, recording: 0 }],
      isWhole: true,
    });
    expect(entry?.recordings).toMatchObject([
      {
        said: {
          title: "Example Song",
          isrc: "USRC12345678",
          durationMs: 225_000,
          pLine: { year: 2021, text: "Label Name" },
        },
        artists: [{ name: "DJ Theo" }],
      },
    ]);
  });

  it("notes the code that is none, and what is no part of it", () => {
    expect(notes("01_delivery.xml")).toEqual([
      'code_invalid 102 ReleaseId/GRid: "A1B2C3D4E5F6G7H8I9J0K1L2M3N4O5P6Q7R8S9T0" is no GRid and is left out',
      "not_kept 26 File: 2 files are named; sound and artwork are not part of the message",
    ]);
  });
});

describe("an album whose tracks are sold alone", () => {
  it("has its credits, and says what it could not keep", () => {
    const [album, ...others] = entries("dealTypes.xml");
    expect(others).toEqual([]);
    expect(album?.release).toMatchObject({
      said: {
        title: "A Monkey Claw in a Velvet Glove",
        upc: "721620118165",
        pLine: { year: 2010, text: "(P) 2010 Iron Crown Music" },
        cLine: { year: 2010, text: "(C) 2010 Iron Crown Music" },
        originalReleaseOn: "2010-10-01",
        deals: [],
      },
      type: "album",
    });
    expect(
      album?.recordings.map(({ said, contributions }) => [
        said.isrc,
        contributions.map(({ name, role }) => `${name} ${role}`),
      ]),
    ).toEqual([
      ["CASE00000001", ["Steve Albino StudioProducer", "Bob Black Composer"]],
      ["CASE00000002", ["Steve Albino StudioProducer", "Bob Black Composer"]],
    ]);
    expect(notes("dealTypes.xml")).toEqual([
      'code_invalid 85 ISWC: "T1234567890" is no ISWC and is left out',
      ...[
        [479, "CASE00000001"],
        [500, "CASE00000002"],
        [517, "CASE00000003"],
        [543, "CASE00000004"],
      ].map(
        ([line, isrc]) =>
          `not_kept ${line} ReleaseDeal: deals of the single track ${isrc}; the catalog keeps deals of releases`,
      ),
      "not_kept 22 File: 3 files are named; sound and artwork are not part of the message",
    ]);
  });
});

describe("deals", () => {
  it("of the sender's own kind are kept as such, with a note", () => {
    expect(entries("track_follow_gated.xml")[0]?.release?.said.deals).toMatchObject([
      { commercialModel: "UserDefined", uses: ["OnDemandStream", "PermanentDownload"], startsOn: "2023-09-02" },
    ]);
    expect(notes("track_follow_gated.xml").filter((note) => note.startsWith("replaced"))).toEqual([
      'replaced 143 UserDefinedValue: "FollowGated" is kept as UserDefined',
      'replaced 155 UserDefinedValue: "TipGated" is kept as UserDefined',
    ]);
  });

  it("keep no price, and say so", () => {
    expect(entries("track_pay_gated.xml")[0]?.release?.said.deals).toMatchObject([
      { commercialModel: "PayAsYouGoModel" },
    ]);
    expect(notes("track_pay_gated.xml")).toContain("not_kept 143 PriceInformation: the price 4.0 USD");
  });

  it("end when the message says so", () => {
    expect(entries("04_no_deal.xml")[0]?.release?.said.deals).toMatchObject([
      { startsOn: "2023-09-02", endsOn: "2023-10-02" },
    ]);
  });

  it("of which little is said are Unknown in what is not said", () => {
    const [release, loose] = entries("ern-4.3-simple_release.xml");
    expect(release?.release?.said.deals).toMatchObject([
      {
        commercialModel: "Unknown",
        uses: ["Unknown"],
        startsOn: "2025-09-06",
        territories: { include: [], exclude: [] },
      },
    ]);
    expect(loose).toMatchObject({ release: null, recordings: [{ said: { title: "Test Track Title" } }] });
  });

  const deal = (terms: string) => `<Deal><DealTerms>${terms}</DealTerms></Deal>`;
  const message = (deals: string) =>
    entriesOfMessage(
      read(`<m:NewReleaseMessage xmlns:m="http://ddex.net/xml/ern/43"><ReleaseList><Release><ReleaseReference>R0</ReleaseReference>
        <ReleaseId><ICPN>193959000013</ICPN></ReleaseId><DisplayTitleText>A</DisplayTitleText></Release></ReleaseList>
        <DealList><ReleaseDeal><DealReleaseReference>R0</DealReleaseReference>${deals}</ReleaseDeal></DealList></m:NewReleaseMessage>`),
    );
  const stream = "<CommercialModelType>SubscriptionModel</CommercialModelType><UseType>OnDemandStream</UseType>";
  const down = "<TakeDown>true</TakeDown>";

  it("that take the release down everywhere are a takedown, by the codes of the release", () => {
    expect(message(deal(`<TerritoryCode>Worldwide</TerritoryCode>${down}`))).toMatchObject([
      { action: "take_down", release: { keys: ["release:upc:193959000013"], said: { upc: "193959000013" } } },
    ]);
    const [part] = message(
      deal(`<TerritoryCode>DE</TerritoryCode>${down}`) +
        deal(`<ExcludedTerritoryCode>DE</ExcludedTerritoryCode>${stream}`),
    );
    expect(part).toMatchObject({ action: "put", release: { said: { deals: [{ territories: { exclude: ["DE"] } }] } } });
    expect(part?.notes).toMatchObject([{ path: "TakeDown" }]);
  });

  it("that contradict one another, or name a place that is none, are not kept", () => {
    const [both] = message(
      deal(`<TerritoryCode>DE</TerritoryCode><ExcludedTerritoryCode>FR</ExcludedTerritoryCode>${stream}`),
    );
    expect(both?.release?.said.deals).toEqual([]);
    expect(both?.notes[0]?.message).toMatch(/not both/u);
    const [nowhere] = message(deal(`<TerritoryCode>ES-CT</TerritoryCode>${stream}`));
    expect(nowhere?.release?.said.deals).toEqual([]);
    expect(nowhere?.notes[0]?.message).toBe('the deal, since "ES-CT" is no territory of ISO 3166');
  });

  it("for the same thing on other terms are one deal of several uses", () => {
    const download = stream.replace("OnDemandStream", "PermanentDownload");
    expect(message(deal(stream) + deal(download))[0]?.release?.said.deals).toMatchObject([
      { uses: ["OnDemandStream", "PermanentDownload"] },
    ]);
  });
});

describe("a message made to have much to say", () => {
  it("has at most a thousand notes of one entry, each of bounded length, and what refuses it among them", () => {
    const long = "x".repeat(5000);
    const recordings = Array.from(
      { length: 400 },
      (_, at) =>
        `<SoundRecording><ResourceReference>A${at}</ResourceReference><ResourceId><ISRC>${long}</ISRC></ResourceId><Duration>PT99H</Duration>
         ${at === 399 ? "" : "<DisplayTitleText>T</DisplayTitleText>"}<Contributor><PartyName><FullName>${long}</FullName></PartyName></Contributor></SoundRecording>`,
    );
    const [entry] = entriesOfMessage(
      read(
        `<m:NewReleaseMessage xmlns:m="http://ddex.net/xml/ern/43"><ResourceList>${recordings.join("")}</ResourceList></m:NewReleaseMessage>`,
      ),
    );
    expect(entry?.notes).toHaveLength(1002);
    expect(entry?.notes.at(-1)?.message).toMatch(/^\d+ more of such$/u);
    expect(entry?.notes.filter(({ code }) => code === "refused")).toHaveLength(1);
    for (const { message } of entry?.notes ?? []) expect(message.length).toBeLessThan(340);
  });
});

describe("a purge", () => {
  it("takes down the release of its codes", () => {
    expect(entries("03_delete.xml")).toMatchObject([
      { action: "take_down", saidAt: Date.parse("2024-04-02T07:00:00Z"), recordings: [] },
    ]);
    const [purged] = entries("03_delete.xml");
    const [delivered] = entries("01_delivery.xml");
    expect(delivered?.release?.keys).toEqual(expect.arrayContaining([...(purged?.release?.keys ?? ["none"])]));
  });
});
