// The home of a message's pieces, gathered one by one and joined when all are there.

import type { Attributes } from "../../../kernel/xml.ts";
import type { Dialect } from "./dialect.ts";
import { all, type Element, isSet, textAt } from "./element.ts";
import type {
  MessageDeal,
  MessageHeader,
  MessageImage,
  MessageParty,
  MessageRecording,
  MessageWork,
  ReleaseCodes,
  ReleaseMessage,
} from "./message.ts";
import { codesOfRelease, dealsOf, type ReleaseDraft, releaseOf, resolvedRelease } from "./releases.ts";
import { type Draft, imageOf, recordingOf, workOf } from "./resources.ts";
import { partyOf, resolvedCredits } from "./values.ts";

/** Gathers what a message says, in whatever order it says it. */
export class Pieces {
  #header: MessageHeader | null = null;
  #updates: boolean | null = null;
  readonly #parties: MessageParty[] = [];
  readonly #recordings: Draft<MessageRecording>[] = [];
  readonly #images: MessageImage[] = [];
  readonly #works: Draft<MessageWork>[] = [];
  readonly #releases: ReleaseDraft[] = [];
  readonly #deals: MessageDeal[] = [];
  readonly #purged: (ReleaseCodes & { readonly line: number })[] = [];
  readonly #unread = new Map<string, number>();

  /** Takes an element that stands in a list or beside the lists. */
  add(element: Element): void {
    switch (element.name) {
      case "MessageHeader":
        this.#header ??= headerOf(element);
        break;
      case "UpdateIndicator":
        this.#updates = element.text.trim() === "UpdateMessage";
        break;
      case "Party":
        this.#parties.push(partyOf(element));
        break;
      case "SoundRecording":
      case "Video":
        this.#recordings.push(recordingOf(element));
        break;
      case "Image":
        this.#images.push(imageOf(element));
        break;
      case "MusicalWork":
        this.#works.push(workOf(element));
        break;
      case "Release":
      case "TrackRelease":
        this.#releases.push(releaseOf(element));
        break;
      case "ReleaseDeal":
        this.#deals.push(...dealsOf(element));
        break;
      case "PurgedRelease":
        this.#purged.push({ ...codesOfRelease(element), line: element.line });
        break;
      default:
        this.#unread.set(element.name, (this.#unread.get(element.name) ?? 0) + 1);
    }
  }

  /** The whole message. */
  joined({ kind, version }: Dialect, root: Attributes): ReleaseMessage {
    const said = (name: string) => root.get(name)?.trim() || null;
    const parties = new Map(
      this.#parties.flatMap((party) => (party.reference === null ? [] : [[party.reference, party]])),
    );
    const recordings = this.#recordings.map((draft) => ({
      ...draft,
      credits: resolvedCredits(draft.credits, parties),
    }));
    const references = new Set(recordings.flatMap(({ reference }) => reference ?? []));
    const releases = this.#releases.map((draft) => resolvedRelease(draft, parties, references));
    const main = releases.find(({ isMain }) => isMain) ?? releases.find(({ isTrack }) => !isTrack);
    return {
      kind,
      version,
      profile: said("ReleaseProfileVersionId"),
      language: said("LanguageAndScriptCode"),
      header: { ...(this.#header ?? NO_HEADER), updates: this.#updates },
      parties: this.#parties,
      recordings,
      images: this.#images,
      works: this.#works.map((draft) => ({ ...draft, credits: resolvedCredits(draft.credits, parties) })),
      releases: releases.map((release) => ({ ...release, isMain: release === main })),
      deals: this.#deals,
      purged: this.#purged,
      unread: Object.fromEntries(this.#unread),
    };
  }
}

const NOBODY: MessageParty = { reference: null, name: null, dpid: null, isni: null, ipi: null, proprietary: [] };

const NO_HEADER: MessageHeader = {
  messageId: null,
  threadId: null,
  sender: NOBODY,
  recipients: [],
  createdAt: null,
  isTest: false,
  updates: null,
};

function headerOf(element: Element): MessageHeader {
  const [sender] = all(element, "MessageSender");
  return {
    messageId: textAt(element, "MessageId"),
    threadId: textAt(element, "MessageThreadId"),
    sender: sender === undefined ? NOBODY : endOf(sender),
    recipients: all(element, "MessageRecipient").map(endOf),
    createdAt: textAt(element, "MessageCreatedDateTime"),
    isTest: textAt(element, "MessageControlType") === "TestMessage" || isSet(element, "IsTestMessage"),
    updates: null,
  };
}

/** One of the two ends of a message, whom DDEX knows by a DPID; what stands there in its place is shown as printed. */
function endOf(element: Element): MessageParty {
  const party = partyOf(element);
  const [code, ...others] = party.proprietary;
  if (party.dpid !== null || code === undefined) return party;
  return { ...party, dpid: code.code, proprietary: others };
}
