// The home of every way a request or a job can be refused: code, status, title, who must act, may it be retried.

interface ProblemRow {
  readonly status: number;
  readonly title: string;
  readonly actor: "caller" | "artist" | "us" | "upstream";
  readonly retry: "never" | "later";
}

/**
 * The error table: what each problem code means to whoever meets it.
 *
 * `status` is the HTTP status; `title` is fixed text, safe to show; `actor` says who must act before it can succeed
 * (`caller`: the program that asked, `artist`: the person it asked for, `us`: who runs this service, `upstream`:
 * another service); `retry` says whether the same request, unchanged, may succeed later. The queue door retries
 * `later` and buries `never`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457 problem details, checked 2026-11
 */
export const PROBLEMS = {
  invalid_request: { status: 400, title: "The request is not valid", actor: "caller", retry: "never" },
  malformed_json: { status: 400, title: "The body is not readable JSON", actor: "caller", retry: "never" },
  artist_required: { status: 400, title: "Say which artist is meant", actor: "caller", retry: "never" },
  bad_cursor: { status: 400, title: "The cursor does not belong to this list", actor: "caller", retry: "never" },
  attempt_invalid: {
    status: 400,
    title: "This sign-in has ended, or began elsewhere; begin again",
    actor: "artist",
    retry: "never",
  },
  oauth_refused: { status: 400, title: "The other service did not confirm it", actor: "artist", retry: "never" },
  unauthenticated: { status: 401, title: "Sign in first", actor: "caller", retry: "never" },
  plan_required: { status: 402, title: "The plan does not include this", actor: "artist", retry: "never" },
  forbidden: { status: 403, title: "Not allowed for this role", actor: "artist", retry: "never" },
  invitation_for_other: {
    status: 403,
    title: "The invitation is for another address",
    actor: "artist",
    retry: "never",
  },
  origin_refused: { status: 403, title: "The request came from another site", actor: "caller", retry: "never" },
  spotify_app_user_cap: {
    status: 403,
    title: "Spotify does not let this app use the account",
    actor: "us",
    retry: "never",
  },
  not_found: { status: 404, title: "Not found", actor: "caller", retry: "never" },
  method_not_allowed: { status: 405, title: "The method is not allowed here", actor: "caller", retry: "never" },
  in_progress: { status: 409, title: "The first request is still running", actor: "caller", retry: "later" },
  secret_already_shown: { status: 409, title: "The secret was shown once already", actor: "caller", retry: "never" },
  statement_not_ready: { status: 409, title: "The statement is not ready yet", actor: "caller", retry: "later" },
  stated_total_differs: {
    status: 409,
    title: "The lines do not add up to the total the statement states",
    actor: "artist",
    retry: "never",
  },
  lines_booked_before: {
    status: 409,
    title: "Lines of this statement are booked already",
    actor: "artist",
    retry: "never",
  },
  statement_not_retractable: {
    status: 409,
    title: "The statement cannot be retracted in this state",
    actor: "caller",
    retry: "never",
  },
  conflict: { status: 409, title: "The present state does not allow this", actor: "caller", retry: "never" },
  account_linked_elsewhere: {
    status: 409,
    title: "The account is linked to somebody else",
    actor: "artist",
    retry: "never",
  },
  last_sign_in: { status: 409, title: "It is the only way left to sign in", actor: "artist", retry: "never" },
  reauth_required: { status: 409, title: "The connection must be authorised again", actor: "artist", retry: "never" },
  last_owner: { status: 409, title: "An artist keeps at least one owner for good", actor: "artist", retry: "never" },
  already_member: { status: 409, title: "This person belongs to the team already", actor: "caller", retry: "never" },
  message_settled: { status: 409, title: "The message can no longer be changed", actor: "caller", retry: "never" },
  decision_closed: { status: 409, title: "The decision takes no more answers", actor: "caller", retry: "never" },
  in_use: { status: 409, title: "Something else uses it", actor: "caller", retry: "never" },
  transition_refused: {
    status: 409,
    title: "It cannot go there from where it stands",
    actor: "caller",
    retry: "never",
  },
  release_locked: {
    status: 409,
    title: "The release cannot be changed where it stands",
    actor: "artist",
    retry: "never",
  },
  isrc_locked: { status: 409, title: "The ISRC of a delivered recording stays", actor: "artist", retry: "never" },
  upload_incomplete: { status: 409, title: "Parts of the upload are missing", actor: "caller", retry: "later" },
  upload_closed: { status: 409, title: "The upload takes no more parts", actor: "caller", retry: "never" },
  too_many_uploads: { status: 409, title: "Too many uploads are open", actor: "caller", retry: "later" },
  upload_expired: { status: 410, title: "The upload has expired", actor: "caller", retry: "never" },
  invitation_closed: {
    status: 410,
    title: "The invitation was used, has expired or was revoked",
    actor: "artist",
    retry: "never",
  },
  link_expired: { status: 410, title: "The link has been used or has expired", actor: "artist", retry: "never" },
  stale: { status: 412, title: "It was changed since it was read", actor: "caller", retry: "never" },
  too_large: { status: 413, title: "The body is too large", actor: "caller", retry: "never" },
  use_upload_session: { status: 413, title: "Send a file this large in parts", actor: "caller", retry: "never" },
  unsupported_media_type: {
    status: 415,
    title: "The body is of a type not accepted here",
    actor: "caller",
    retry: "never",
  },
  file_empty: { status: 422, title: "The file is empty", actor: "artist", retry: "never" },
  file_unreadable: { status: 422, title: "The file cannot be read", actor: "artist", retry: "never" },
  ern_unsupported: { status: 422, title: "The message is not one that is imported", actor: "artist", retry: "never" },
  archive_too_large: { status: 422, title: "The archive unpacks to too much", actor: "artist", retry: "never" },
  archive_unreadable: { status: 422, title: "The archive cannot be unpacked", actor: "artist", retry: "never" },
  idempotency_key_reused: {
    status: 422,
    title: "The idempotency key was used with another body",
    actor: "caller",
    retry: "never",
  },
  isrc_invalid: { status: 422, title: "The ISRC is not valid", actor: "caller", retry: "never" },
  upc_invalid: { status: 422, title: "The UPC or EAN is not valid", actor: "caller", retry: "never" },
  grid_invalid: { status: 422, title: "The GRid is not valid", actor: "caller", retry: "never" },
  iswc_invalid: { status: 422, title: "The ISWC is not valid", actor: "caller", retry: "never" },
  ipi_invalid: { status: 422, title: "The IPI number is not valid", actor: "caller", retry: "never" },
  isni_invalid: { status: 422, title: "The ISNI is not valid", actor: "caller", retry: "never" },
  dpid_invalid: { status: 422, title: "The DPID is not valid", actor: "caller", retry: "never" },
  code_taken: { status: 422, title: "The code names another thing already", actor: "caller", retry: "never" },
  reference_unknown: { status: 422, title: "What is referred to does not exist", actor: "caller", retry: "never" },
  shares_not_whole: { status: 422, title: "The shares do not make a whole", actor: "artist", retry: "never" },
  release_at_invalid: { status: 422, title: "The moment of release is not clear", actor: "caller", retry: "never" },
  deal_invalid: { status: 422, title: "The deal is not clear", actor: "caller", retry: "never" },
  deals_overlap: { status: 422, title: "Two deals cover the same use", actor: "artist", retry: "never" },
  release_incomplete: { status: 422, title: "The release lacks what this asks for", actor: "artist", retry: "never" },
  track_repeated: { status: 422, title: "Two tracks have one place", actor: "caller", retry: "never" },
  supersedes_unknown: {
    status: 422,
    title: "There is no such statement to take the place of",
    actor: "caller",
    retry: "never",
  },
  mapping_unreadable: {
    status: 422,
    title: "The file cannot be read with this mapping",
    actor: "artist",
    retry: "never",
  },
  use_export: { status: 422, title: "This much is only available as an export", actor: "caller", retry: "never" },
  participant_unknown: { status: 422, title: "No such person on the team", actor: "caller", retry: "never" },
  context_unknown: { status: 422, title: "There is no such thing to talk about", actor: "caller", retry: "never" },
  attachment_unknown: { status: 422, title: "There is no such attachment to send", actor: "caller", retry: "never" },
  checksum_differs: { status: 422, title: "The file is not what was announced", actor: "caller", retry: "never" },
  file_type_refused: { status: 422, title: "Files of this type are not taken", actor: "artist", retry: "never" },
  currency_unknown: { status: 422, title: "The currency is not known", actor: "caller", retry: "never" },
  time_zone_unknown: { status: 422, title: "The time zone is not known", actor: "caller", retry: "never" },
  metric_not_additive: {
    status: 422,
    title: "This metric cannot be added up",
    actor: "caller",
    retry: "never",
  },
  export_too_large: { status: 422, title: "The export is too large", actor: "caller", retry: "never" },
  range_too_long: { status: 422, title: "The range is too long", actor: "caller", retry: "never" },
  if_match_required: { status: 428, title: "Say which version with If-Match", actor: "caller", retry: "never" },
  rate_limited: { status: 429, title: "Too many requests", actor: "caller", retry: "later" },
  internal: { status: 500, title: "Something went wrong on our side", actor: "us", retry: "later" },
  misconfigured: { status: 503, title: "A setting of this service is missing", actor: "us", retry: "later" },
  provider_unavailable: {
    status: 503,
    title: "Another service is not available at the moment",
    actor: "upstream",
    retry: "later",
  },
  unavailable: { status: 503, title: "Not available at the moment", actor: "us", retry: "later" },
} as const satisfies Record<string, ProblemRow>;

/** Names one row of {@link PROBLEMS}: the stable word a program may branch on. */
export type ProblemCode = keyof typeof PROBLEMS;

/** Tells whether a text is the code of a problem. */
export function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(PROBLEMS, text);
}

/** Points at one part of a request that is wrong; `path` is dotted and begins with where it was, `body.title`. */
export interface FieldError {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** What may be said about one occurrence of a problem; `cause` is for the log and never leaves the service. */
export interface ProblemExtras {
  readonly detail?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The one error that rooms throw on purpose: HTTP renders it, the queue door retries or buries by it.
 *
 * `detail` is public, for the person who reads the answer; `cause` is internal.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: (typeof PROBLEMS)[ProblemCode]["status"];
  readonly detail?: string;
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds?: number;

  constructor(code: ProblemCode, extras: ProblemExtras = {}) {
    const { detail, errors = [], retryAfterSeconds, cause } = extras;
    super(detail === undefined ? code : `${code}: ${detail}`, cause === undefined ? undefined : { cause });
    this.name = "Problem";
    this.code = code;
    this.status = PROBLEMS[code].status;
    this.errors = errors;
    if (detail !== undefined) this.detail = detail;
    if (retryAfterSeconds !== undefined) this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Gives the `type` of a problem: the link to the documentation of its code, relative to this service. */
export function problemType(code: ProblemCode): `/docs/problems#${ProblemCode}` {
  return `/docs/problems#${code}`;
}
