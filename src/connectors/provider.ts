// The home of what a provider is: its declaration, what its streams give, and the faults it may answer with.

import type { z } from "zod";
import type { OAuthDialect } from "../identity/index.ts";
import type { Day, Instant } from "../kernel/time.ts";

/** A limit on calls within any stretch of time, or on units within the provider's own day. */
export type Budget =
  | { readonly kind: "rate"; readonly calls: number; readonly perSeconds: number }
  | { readonly kind: "quota"; readonly units: number; readonly timeZone: string };

/** What is asked of a provider. */
export interface Call {
  /** The whole address without its query; a stand-in may take the place of its host. */
  readonly url: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON, by `POST`. */
  readonly body?: Readonly<Record<string, number>>;
  /** Which budgets it takes from, and how much. */
  readonly costs: Readonly<Record<string, number>>;
}

/** A readable answer. `text` is for what must not pass through a JavaScript number. */
export interface Answer {
  readonly json: unknown;
  readonly text: string;
}

/** Sends one call: authorised, within its budgets, its faults sorted. @throws ProviderFault */
export type Ask = (call: Call) => Promise<Answer>;

/** The days a page belongs to, both included; for a stream without days, the day of the reading twice. */
export interface Window {
  readonly from: Day;
  readonly to: Day;
}

/** What an adapter is handed. It reads no clock and keeps nothing. */
export interface Pull {
  readonly ask: Ask;
  readonly window: Window;
  /** The day of the reading, in UTC. */
  readonly today: Day;
  /** Null for the first page; else the `next` of the page before. */
  readonly page: string | null;
  /** The names that the connection's streams remember, by key. */
  readonly labels: ReadonlyMap<string, string>;
}

/** Plays of one key on one day; every play is in `territory`, `recording` may know of fewer. */
export interface PlayFact {
  readonly day: Day;
  readonly cut: "territory" | "recording" | "release";
  readonly key: string;
  readonly label: string | null;
  readonly plays: number;
  readonly downloads: number;
}

/** A value beside plays. A share is in parts per million, an amount of money in nanos of US dollars, as text. */
export interface MeasureFact {
  readonly day: Day;
  readonly metric: string;
  readonly dimension: string;
  readonly key: string;
  readonly label: string | null;
  readonly value: string;
}

/** A running total of one thing at the moment of reading. */
export interface TotalFact {
  readonly id: string;
  /** What its plays are kept under: an ISRC, or an id of the provider's. */
  readonly key: string;
  readonly label: string | null;
  readonly plays: number;
  readonly downloads: number;
  /** When the thing came to be: all that a younger thing has counts as new. */
  readonly createdAt: Instant;
}

/** What one page says. */
export interface Facts {
  /** The days it vouches for; a day that is not named is not yet reported, whatever was asked. */
  readonly days?: readonly Day[];
  readonly plays?: readonly PlayFact[];
  readonly measures?: readonly MeasureFact[];
  readonly totals?: readonly TotalFact[];
  readonly labels?: Readonly<Record<string, string>>;
  /** How many items the whole list holds by its own account, by a name for the list. */
  readonly expected?: Readonly<Record<string, number>>;
  /** The ids of the items on this page, by the name of the list. */
  readonly listed?: Readonly<Record<string, readonly string[]>>;
}

/** One page, and where the next begins. */
export interface Page {
  readonly facts: Facts;
  readonly next: string | null;
}

/** One kind of data of a provider. */
export interface Stream {
  readonly id: string;
  /** For people: what it gives. */
  readonly gives: string;
  /**
   * `days`: a range is asked for and replaced. `totals`: running totals, of which increments are made. `snapshot`: how
   * things stand on the day of reading.
   */
  readonly kind: "days" | "totals" | "snapshot";
  /** What comes of it: plays (and measures beside them), measures alone, or names for other streams' keys. */
  readonly fills: "plays" | "measures" | "names";
  /** How long after a day has ended it is usually reported. */
  readonly lagHours: number;
  /** How many of its latest days a source may still change. */
  readonly restatedDays: number;
  /** How many days are asked for at once. */
  readonly windowDays: number;
  /** How many days back a new connection begins. */
  readonly historyDays: number;
  /** Whether an account may lack it, as one that earns nothing lacks revenue: a refusal is then no fault. */
  readonly isOptional?: true;
  pull(pull: Pull): Promise<Page>;
}

/** A day on which a figure began to mean something else: a line across it is no growth. */
export interface DefinitionBreak {
  readonly day: Day;
  readonly metrics: readonly string[];
  readonly change: string;
}

/** Where and how a person authorises, and tokens are had. */
export interface OAuthService {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly scopes: readonly string[];
  /** What else the address of authorisation must say. */
  readonly extra?: Readonly<Record<string, string>>;
  /** How an app with a secret shows it. */
  readonly secretIn: "header" | "form";
  /** The word before the token in the `Authorization` header. */
  readonly word: "Bearer" | "OAuth";
  /** After how many months a grant ends for good; null: it goes on while it is used. */
  readonly grantMonths: number | null;
  readonly dialect?: OAuthDialect;
}

/** One source that is connected by authorisation: data, and one adapter per stream. */
export interface Provider {
  readonly id: string;
  readonly name: string;
  /** The store's name beside its plays. */
  readonly platform: string;
  /** The name of its reports among the artist's sources. */
  readonly source: string;
  readonly oauth: OAuthService;
  /** The names of the settings it needs. */
  readonly settings: readonly string[];
  readonly budgets: Readonly<Record<string, Budget>>;
  readonly streams: readonly Stream[];
  readonly breaks: readonly DefinitionBreak[];
  /** Sorts what is particular to it; null leaves a status to the usual meaning, which of 200 is that all is well. */
  faultOf(status: number, json: unknown, now: Instant): ProviderFault | null;
}

/**
 * What a failure of a provider means.
 *
 * `retry`: it stumbled. `rate`: too many calls. `quota`: the day's units are used up. `refused`: this account may not
 * have this. `contract`: it answered in a shape nobody knows. `moved`: a list changed while it was read.
 */
export type FaultKind = "retry" | "rate" | "quota" | "refused" | "contract" | "moved";

/** A failure of a provider, sorted. Its sentence is safe to show and to log: it never quotes what was sent. */
export class ProviderFault extends Error {
  readonly kind: FaultKind;
  /** Before when it is useless to try again; null: not said. */
  readonly until: Instant | null;
  constructor(kind: FaultKind, sentence: string, until: Instant | null = null) {
    super(sentence);
    this.name = "ProviderFault";
    this.kind = kind;
    this.until = until;
  }
}

/** Reads an answer by its shape. @throws ProviderFault `contract` naming the field that is not as known */
export function read<T extends z.ZodType>(shape: T, json: unknown, what: string): z.output<T> {
  const parsed = shape.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? "the answer" : issue.path.join(".");
  throw new ProviderFault("contract", `${what}: ${field} is not as known (${issue?.message ?? "unknown"}).`);
}
