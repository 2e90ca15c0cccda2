// What a message may not be, and what no message of the corpus shows: later versions' parties, editions and hashes, durations,
// and messages made to do harm.
import { describe, expect, it } from "vitest";
import { ErnReader, MAX_MESSAGE_BYTES } from "../../../src/catalog/imports/ern/reader.ts";
import { durationMs } from "../../../src/catalog/imports/ern/values.ts";
import { Problem } from "../../../src/kernel/problems.ts";
import { fixture, read, refusal } from "./messages.ts";

const TAKEN = "An import takes NewReleaseMessage and PurgeReleaseMessage of ERN 3.8.2, 4.2 and 4.3.";
const message = (body: string, version = "43") =>
  `<?xml version="1.0"?><ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/${version}">${body}</ern:NewReleaseMessage>`;

describe("what is refused, and by which name", () => {
  it("a MEAD message", () => {
    expect(refusal(fixture("mead_artist_update.xml"))).toBe(
      `ern_unsupported: This is a DDEX message of MEAD, facts about artists and their music beyond releases (MeadMessage). ${TAKEN}`,
    );
  });

  it.each([
    ["<NewReleaseMessage xmlns='http://ddex.net/xml/ern/411'/>", "This is a NewReleaseMessage of ERN, version 4.1.1."],
    [
      "<a:NewReleaseMessage xmlns:a='http://ddex.net/xml/2010/ern-main/32'/>",
      "This is a NewReleaseMessage of ERN, version 3.2.",
    ],
    ["<NewReleaseMessage xmlns='http://ddex.net/xml/ern/'/>", "This is a NewReleaseMessage of ERN, version unknown."],
    ["<c:CatalogListMessage xmlns:c='http://ddex.net/xml/ern/382'/>", "This is a CatalogListMessage of ERN."],
    [
      "<p:PieMessage xmlns:p='http://ddex.net/xml/pie/10'/>",
      "This is a DDEX message of PIE, facts about parties (PieMessage).",
    ],
    [
      "<r:Message xmlns:r='http://ddex.net/xml/rdr-n/10'/>",
      "This is a DDEX message of RDR, neighbouring rights (Message).",
    ],
    ["<x:Message xmlns:x='http://ddex.net/xml/xyz/1'/>", "This is a DDEX message of the standard xyz (Message)."],
    ["<html/>", "The root element is <html> and of no standard of DDEX."],
    ["<NewReleaseMessage/>", "The root element is <NewReleaseMessage> and of no standard of DDEX."],
  ])("%s", (text, words) => expect(refusal(text)).toBe(`ern_unsupported: ${words} ${TAKEN}`));

  it("entities, before any is expanded", () => {
    const bomb = `<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n${message("&b;")}`;
    expect(refusal(bomb)).toBe(
      "file_unreadable: The message declares a document type or entities, which are refused unread (line 2, column 1).",
    );
    const file = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>';
    expect(refusal(file)).toMatch(/^file_unreadable: The message declares a document type or entities/u);
    expect(refusal(message("<MessageHeader>\n  <MessageId>&own;</MessageId></MessageHeader>"))).toBe(
      "file_unreadable: The message refers to an entity, which is refused unread (line 2, column 14).",
    );
  });

  it.each([
    ["<ReleaseList>\n <Release>\n  <ReleaseId></Release>", "is not well-formed XML (line 3, column 14)"],
    ["<ReleaseList>\r\n<Release a=1></Release>", "is not well-formed XML (line 2, column 1)"],
    ["\n\n<Release a='1' a='2'/>", "is not well-formed XML (line 3, column 1)"],
    ["\n é<Release", "ends in the middle (line 2, column 3)"],
  ])("XML that breaks off or is broken, with its line and column: %s", (body, words) => {
    const text = `<n:NewReleaseMessage xmlns:n="http://ddex.net/xml/ern/43">${body}`;
    expect(refusal(text)).toBe(`file_unreadable: The message ${words}.`);
    for (const size of [1, 3]) expect(() => read(text, size)).toThrow(words);
  });

  it("text of another encoding, and an empty file", () => {
    expect(refusal('<?xml version="1.0" encoding="ISO-8859-1"?><r/>')).toMatch(/is not written in UTF-8 \(line 1/u);
    expect(() => new ErnReader().push(Uint8Array.of(60, 0xe9, 60))).toThrow("not written in UTF-8");
    expect(refusal("")).toMatch(/^file_unreadable: The message ends in the middle/u);
  });

  it("a message larger than 50 MB, at the byte that is too many", () => {
    const reader = new ErnReader();
    const encode = (text: string) => new TextEncoder().encode(text);
    const start = encode('<n:NewReleaseMessage xmlns:n="http://ddex.net/xml/ern/43">');
    reader.push(start);
    const blanks = new Uint8Array(1024 * 1024).fill(32);
    let sent = start.length;
    for (; sent + blanks.length <= MAX_MESSAGE_BYTES; sent += blanks.length) reader.push(blanks);
    reader.push(blanks.subarray(0, MAX_MESSAGE_BYTES - sent));
    try {
      reader.push(encode("<"));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Problem);
      expect(error).toMatchObject({ code: "too_large", detail: "A file to import may have 50 MB." });
    }
  });

  it("elements without end, in one piece or in too many", () => {
    expect(refusal(message(`<MessageHeader>${"<a/>".repeat(100_001)}</MessageHeader>`))).toBe(
      "file_unreadable: The message holds a <MessageHeader> of more than 100000 elements (line 1).",
    );
    expect(refusal(message(`<ResourceList>${"<Image/>".repeat(10_001)}</ResourceList>`))).toMatch(
      /holds more than 10000 resources, releases and deals \(line 1\)/u,
    );
    const image = `<Image>${"<a/>".repeat(99)}</Image>`;
    expect(refusal(message(`<ResourceList>${image.repeat(5001)}</ResourceList>`))).toMatch(
      /holds more than 500000 elements \(line 1\)/u,
    );
    expect(refusal(message("<a>".repeat(70)))).toMatch(/is nested too deeply/u);
  });
});

describe("ERN 4", () => {
  const text = message(`
    <MessageHeader>
      <MessageId>M1</MessageId>
      <MessageSender><PartyId>PADPIDA2014120301X</PartyId></MessageSender>
      <MessageControlType>TestMessage</MessageControlType>
    </MessageHeader>
    <ResourceList>
      <SoundRecording>
        <ResourceReference>A1</ResourceReference>
        <Type>MusicalWorkSoundRecording</Type>
        <SoundRecordingEdition>
          <ResourceId><ISRC>QZAB12400101</ISRC></ResourceId>
          <PLine><Year>2024</Year><PLineText>2024 Harbor Tapes</PLineText></PLine>
          <TechnicalDetails>
            <DeliveryFile>
              <File>
                <URI>resources/01.wav</URI>
                <HashSum><Algorithm>SHA256</Algorithm><HashSumValue>ab12</HashSumValue></HashSum>
              </File>
            </DeliveryFile>
          </TechnicalDetails>
        </SoundRecordingEdition>
        <WorkId><ISWC>T0345246801</ISWC></WorkId>
        <DisplayTitleText LanguageAndScriptCode="en">Undertow (Live)</DisplayTitleText>
        <DisplayTitle ApplicableTerritoryCode="Worldwide"><TitleText>Undertow</TitleText><SubTitle>Live</SubTitle></DisplayTitle>
        <AdditionalTitle TitleType="AlternativeTitle" ApplicableTerritoryCode="DE"><TitleText>Sog</TitleText></AdditionalTitle>
        <DisplayArtistName ApplicableTerritoryCode="JP">硝子港</DisplayArtistName>
        <DisplayArtistName IsDefault="true">Glass &amp; Harbor</DisplayArtistName>
        <DisplayArtist SequenceNumber="1"><ArtistPartyReference>P1</ArtistPartyReference><DisplayArtistRole>MainArtist</DisplayArtistRole></DisplayArtist>
        <Contributor><ContributorPartyReference>P2</ContributorPartyReference><Role>Composer</Role><Role UserDefinedValue="Foley">UserDefined</Role></Contributor>
        <Contributor><ContributorPartyReference>P9</ContributorPartyReference><Role>Mixer</Role></Contributor>
        <Duration>PT2M37.5S</Duration>
        <LanguageOfPerformance>en</LanguageOfPerformance>
      </SoundRecording>
      <Video><ResourceReference>A2</ResourceReference><ResourceId><ISRC>QZAB12400199</ISRC></ResourceId></Video>
      <Text><ResourceReference>A4</ResourceReference></Text>
    </ResourceList>
    <ReleaseList>
      <TrackRelease><ReleaseReference>R1</ReleaseReference><ReleaseResourceReference>A1</ReleaseResourceReference></TrackRelease>
      <Release>
        <ReleaseReference>R0</ReleaseReference>
        <ReleaseType>Album</ReleaseType>
        <ReleaseId><ICPN>193959000013</ICPN><CatalogNumber Namespace="X">GH001</CatalogNumber></ReleaseId>
        <ReleaseLabelReference>P3</ReleaseLabelReference>
        <ResourceGroup>
          <ResourceGroup>
            <ResourceGroupContentItem><SequenceNumber>2</SequenceNumber><ReleaseResourceReference>A2</ReleaseResourceReference></ResourceGroupContentItem>
            <ResourceGroupContentItem><SequenceNumber>1</SequenceNumber><ReleaseResourceReference>A1</ReleaseResourceReference>
              <LinkedReleaseResourceReference LinkDescription="CoverArt">A3</LinkedReleaseResourceReference></ResourceGroupContentItem>
          </ResourceGroup>
          <ResourceGroup>
            <ResourceGroupContentItem><ReleaseResourceReference>A1</ReleaseResourceReference></ResourceGroupContentItem>
          </ResourceGroup>
        </ResourceGroup>
      </Release>
    </ReleaseList>
    <DealList>
      <ReleaseDeal>
        <DealReleaseReference>R0</DealReleaseReference>
        <DealReleaseReference>R1</DealReleaseReference>
        <Deal><DealTerms>
          <TerritoryCode>DE</TerritoryCode><TerritoryCode>AT</TerritoryCode>
          <ValidityPeriod><StartDateTime>2026-01-02T00:00:00+01:00</StartDateTime></ValidityPeriod>
          <CommercialModelType>SubscriptionModel</CommercialModelType>
          <UseType>OnDemandStream</UseType>
          <PreOrderReleaseDate>2025-12-01</PreOrderReleaseDate><IsPreOrderDeal>true</IsPreOrderDeal>
        </DealTerms></Deal>
        <Deal><DealTerms><ExcludedTerritoryCode>US</ExcludedTerritoryCode><TakeDown>true</TakeDown></DealTerms></Deal>
      </ReleaseDeal>
    </DealList>
    <PartyList>
      <Party><PartyReference>P1</PartyReference><PartyId><ISNI>0000000121032683</ISNI></PartyId><PartyName><FullName>Glass Harbor</FullName></PartyName></Party>
      <Party><PartyReference>P2</PartyReference><PartyId><IpiNameNumber>00014107338</IpiNameNumber></PartyId><PartyName><FullName>Noa Lind</FullName></PartyName></Party>
      <Party><PartyReference>P3</PartyReference><PartyId><DPID>PADPIDA2014120301X</DPID></PartyId><PartyName><FullName>Harbor Tapes</FullName></PartyName></Party>
    </PartyList>`);
  const read43 = read(text);
  const none = { dpid: null, isni: null, ipi: null, proprietary: [] };

  it("names people by its list of parties, wherever that stands", () => {
    expect(read43.recordings[0]?.credits).toEqual([
      {
        name: "Glass Harbor",
        as: "artist",
        roles: [{ value: "MainArtist", own: null }],
        codes: { ...none, isni: "0000000121032683" },
      },
      {
        name: "Noa Lind",
        as: "contributor",
        roles: [
          { value: "Composer", own: null },
          { value: "UserDefined", own: "Foley" },
        ],
        codes: { ...none, ipi: "00014107338" },
      },
      { name: "P9", as: "contributor", roles: [{ value: "Mixer", own: null }], codes: none },
    ]);
    expect(read43.releases[1]?.label).toBe("Harbor Tapes");
  });

  it("reads an edition, its file and its hash", () => {
    expect(read43.recordings[0]).toMatchObject({
      isrc: "QZAB12400101",
      iswcs: ["T0345246801"],
      durationMs: 157_500,
      language: "en",
      artistName: "Glass & Harbor",
      apart: ["JP"],
      pLines: [{ year: "2024", text: "2024 Harbor Tapes" }],
      files: [{ name: "resources/01.wav", hash: { algorithm: "SHA256", value: "ab12" } }],
    });
    expect(read43.recordings[0]?.titles).toEqual([
      { text: "Undertow (Live)", subtitle: null, type: "DisplayTitleText", language: "en", territory: null },
      { text: "Undertow", subtitle: "Live", type: "DisplayTitle", language: null, territory: null },
      { text: "Sog", subtitle: null, type: "AlternativeTitle", language: null, territory: "DE" },
    ]);
    expect(read43.recordings[1]).toMatchObject({ kind: "video", isrc: "QZAB12400199" });
    expect(read43.unread).toEqual({ Text: 1 });
    expect(read43.header.isTest).toBe(true);
  });

  it("puts recordings on their discs in the order of their numbers", () => {
    expect(read43.releases.map(({ reference, isMain, isTrack }) => [reference, isMain, isTrack])).toEqual([
      ["R1", false, true],
      ["R0", true, false],
    ]);
    expect(read43.releases[1]?.tracks).toEqual([
      { disc: 1, number: 1, recording: "A1" },
      { disc: 1, number: 2, recording: "A2" },
      { disc: 2, number: 1, recording: "A1" },
    ]);
    expect(read43.releases[1]?.codes).toMatchObject({ icpn: "193959000013", catalogNumber: "GH001" });
  });

  it("reads deals with moments, exclusions, pre-orders and takedowns", () => {
    expect(read43.deals).toMatchObject([
      {
        releases: ["R0", "R1"],
        territories: ["DE", "AT"],
        startsAt: "2026-01-02T00:00:00+01:00",
        preOrderAt: "2025-12-01",
        isPreOrder: true,
        isTakedown: false,
        unread: [],
      },
      { territories: [], excludedTerritories: ["US"], isPreOrder: false, isTakedown: true },
    ]);
  });
});

describe("ERN 3", () => {
  const text = message(
    `<UpdateIndicator>UpdateMessage</UpdateIndicator>
    <WorkList><MusicalWork>
      <MusicalWorkId><ISWC>T0345246801</ISWC></MusicalWorkId><MusicalWorkReference>W1</MusicalWorkReference>
      <ReferenceTitle><TitleText>Undertow</TitleText></ReferenceTitle>
      <MusicalWorkContributor SequenceNumber="1"><PartyId Namespace="IPI">00014107338</PartyId>
        <PartyName><FullName>Noa Lind</FullName></PartyName><MusicalWorkContributorRole>Composer</MusicalWorkContributorRole></MusicalWorkContributor>
    </MusicalWork></WorkList>
    <ResourceList><SoundRecording>
      <ResourceReference>A1</ResourceReference>
      <ResourceMusicalWorkReferenceList><ResourceMusicalWorkReference>
        <ResourceMusicalWorkReference>W1</ResourceMusicalWorkReference></ResourceMusicalWorkReference></ResourceMusicalWorkReferenceList>
      <SoundRecordingDetailsByTerritory><TerritoryCode>DE</TerritoryCode><LabelName>Hafen</LabelName></SoundRecordingDetailsByTerritory>
      <SoundRecordingDetailsByTerritory><TerritoryCode>Worldwide</TerritoryCode><LabelName>Harbor Tapes</LabelName>
        <TechnicalSoundRecordingDetails><File><FileName>01.wav</FileName>
          <HashSum><HashSum>d41d</HashSum><HashSumAlgorithmType>MD5</HashSumAlgorithmType></HashSum></File></TechnicalSoundRecordingDetails>
      </SoundRecordingDetailsByTerritory>
    </SoundRecording></ResourceList>`,
    "382",
  );

  it("reads works, updates, hashes, and territories that are described apart", () => {
    const read3 = read(text);
    expect(read3.header.updates).toBe(true);
    expect(read3.works).toMatchObject([
      {
        reference: "W1",
        iswc: "T0345246801",
        credits: [{ name: "Noa Lind", as: "writer", roles: [{ value: "Composer" }], codes: { ipi: "00014107338" } }],
      },
    ]);
    expect(read3.recordings[0]).toMatchObject({
      works: ["W1"],
      label: "Harbor Tapes",
      apart: ["DE"],
      files: [{ name: "01.wav", hash: { algorithm: "MD5", value: "d41d" } }],
    });
  });
});

describe("a duration", () => {
  it.each([
    ["PT3M45S", 225_000],
    ["PT13M31S", 811_000],
    ["PT225S", 225_000],
    ["PT1H0M0.25S", 3_600_250],
    ["PT0.0005S", 0],
    ["P1DT1S", 86_401_000],
    ["PT", null],
    ["P", null],
    ["3:45", null],
    ["PT-3S", null],
    ["PT3M45", null],
    ["", null],
  ])("%s", (text, ms) => expect(durationMs(text)).toBe(ms));
});
