// The home of what a verb is handed: who acts, for which artist, at what time, and the stores it may use.

import type { JobMessage } from "../jobs/messages.ts";
import type { Currency } from "../kernel/currency.ts";
import type { Id, IdKind } from "../kernel/id.ts";
import type { Actor, ArtistScope } from "../kernel/scope.ts";
import type { Instant } from "../kernel/time.ts";
import type { Db } from "./client.ts";

/** The settings of this deployment, parsed once per isolate by `env.ts`. */
export interface Settings {
  readonly environment: "production" | "development";
  /** Signs cursors. */
  readonly signingKey: Uint8Array;
  /** How long a job that was sent is given before the sweep sends it again. */
  readonly outboxLeaseMs: number;
  /** Bytes of a statement read at a time. */
  readonly sliceBytes: number;
  /** Slices read between two checkpoints, that is, in one run of a reading job. */
  readonly slicesPerRun: number;
  readonly mailer: "mailbox" | "cloudflare" | "resend";
  readonly resendApiKey: string | null;
  readonly mailFrom: string;
  /** Where this service is reached, for links in mails that no request asks for; null: such mails are not sent. */
  readonly publicUrl: string | null;
  /** Where a browser goes after signing in. */
  readonly homeUrl: string;
  /** The keys other people's secrets are sealed with, as set; read by the vault alone. Null: nothing can be sealed. */
  readonly vaultKeys: string | null;
  readonly spotify: SpotifySettings;
  /** The apps at other providers, by the provider's id. */
  readonly clients: Readonly<Record<string, ClientSettings>>;
  /** Answers in the place of every provider but Spotify, in development; null elsewhere. */
  readonly standInUrl: string | null;
  /** Who may ask artists for support access: addresses, or `@domain` for all of a domain. */
  readonly supportEmails: readonly string[];
  /** Whether an isolate keeps finished answers of its own beside KV; off to measure what KV costs. */
  readonly keepsAnswersInIsolate: boolean;
}

/** The app at Spotify that this deployment signs people in with, as set; without an id, Spotify alone is switched off. */
export interface SpotifySettings {
  readonly clientId: string | null;
  /** Null: the exchange of codes is protected by PKCE alone, which Spotify accepts. */
  readonly clientSecret: string | null;
  /** The address Spotify sends people back to after signing in; null: this deployment's own, as it is asked. */
  readonly redirectUri: string | null;
  readonly accountsUrl: string;
  readonly apiUrl: string;
}

/** An app at a provider, as set; what is null is missing. */
export interface ClientSettings {
  readonly clientId: string | null;
  readonly clientSecret: string | null;
}

/** The stores beside D1. */
export interface Stores {
  readonly files: R2Bucket;
  readonly kpi: KVNamespace;
  /** Reads one of the Worker's own static files by its path. @throws Error when there is none */
  readonly asset: (path: string) => Promise<Uint8Array>;
  /** Sends mail; null where this deployment has no such binding. */
  readonly email: SendEmail | null;
  /** One object per artist, by the artist's id: its team's messages. */
  readonly hub: DurableObjectNamespace;
}

/** The request as its sender may repeat it: written in the same batch as the change, so that both exist or neither. */
export interface Claim {
  readonly actor: string;
  readonly key: string;
  readonly operation: string;
  readonly requestHash: string;
  /** Turns the verb's result into the answer to keep; null keeps only that there was one (it held a secret). */
  readonly answer: (result: unknown) => { status: number; body: string | null; headers: Record<string, string> };
}

/** The door's clock, for what takes longer than a moment: waiting one's turn at another service. */
export interface Clock {
  readonly now: () => Instant;
  readonly wait: (ms: number) => Promise<void>;
}

/** What every verb is handed. Nothing of ours reads the clock, randomness or the network by itself. */
export interface BaseCtx {
  readonly db: Db;
  readonly stores: Stores;
  readonly settings: Settings;
  readonly actor: Actor;
  readonly now: Instant;
  readonly clock: Clock;
  readonly requestId: string;
  readonly claim: Claim | null;
  readonly newId: <K extends IdKind>(kind: K) => Id<K>;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly fetch: typeof fetch;
  /** Lets go of work that no answer waits for. */
  readonly later: (work: Promise<unknown>) => void;
  /** Hands committed jobs to the queue; the outbox keeps them in case this is lost. */
  readonly send: (jobs: readonly JobMessage[]) => void;
}

/** The artist a verb acts for, as read at sign-in. */
export interface ArtistFacts {
  readonly id: Id<"artist">;
  readonly name: string;
  readonly currency: Currency;
  readonly timeZone: string;
  readonly generation: number;
  readonly generationAt: Instant;
  /** Which state the catalog is in: it goes up with all that its list and search show. */
  readonly catalogGeneration: number;
  /** The last instant at which something of the catalog is under embargo; in the past, and nothing is. */
  readonly secretsUntil: Instant;
}

/** What a verb about one artist's data is handed. */
export interface Ctx extends BaseCtx {
  readonly scope: ArtistScope;
  readonly artist: ArtistFacts;
  /** The caller's role with the artist, one of team's; "system" for a job. */
  readonly role: string;
  /** The releases the caller's access is limited to; null for the whole artist. */
  readonly releases: readonly string[] | null;
}
