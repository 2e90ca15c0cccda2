// The home of the reads and writes of decisions.

import { and, eq, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { Instant } from "../../kernel/time.ts";
import type { Decision, DecisionContent, DecisionStatus, PartyAnswer } from "./model.ts";
import { decisionAnswers as a, decisions as d } from "./tables.ts";

const DECISIONS = `SELECT d.*, (
    SELECT json_group_array(json_object('party', party, 'answer', answer, 'at', at)) FROM decision_answers
    WHERE artist_id = d.artist_id AND decision_id = d.id) AS answers
  FROM decisions d JOIN json_each(?2) AS wanted ON d.artist_id = ?1 AND d.id = wanted.value ORDER BY wanted.key`;

interface DecisionRow {
  readonly artist_id: string;
  readonly id: string;
  readonly content: string;
  readonly hash: string;
  readonly status: DecisionStatus;
  readonly proposed_by: string;
  readonly proposed_at: Instant;
  readonly ended_at: Instant | null;
  readonly answers: string;
}

function decisionOf(row: DecisionRow): Decision {
  return {
    artistId: row.artist_id,
    id: row.id,
    status: row.status,
    content: JSON.parse(row.content) as DecisionContent,
    canonical: row.content,
    hash: row.hash,
    proposedBy: row.proposed_by,
    proposedAt: row.proposed_at,
    endedAt: row.ended_at,
    answers: JSON.parse(row.answers) as PartyAnswer[],
  };
}

/** Finds decisions of an artist by their ids, in that order; what does not exist is left out. Reads them and their answers. */
export async function findDecisions(db: Db, artistId: string, ids: readonly string[]): Promise<Decision[]> {
  const [rows = []] = await db.readNumbered([{ sql: DECISIONS, params: [artistId, JSON.stringify(ids)] }]);
  return rows.map((row) => decisionOf(row as unknown as DecisionRow));
}

/** Finds one decision of an artist. */
export async function findDecision(db: Db, artistId: string, id: string): Promise<Decision | null> {
  return (await findDecisions(db, artistId, [id]))[0] ?? null;
}

/** Keeps a proposal; fails when there is one of its id. */
export function proposalStatements(db: Db, proposal: Omit<Decision, "answers">): Write[] {
  const { artistId, id, status, content, canonical, hash, proposedBy, proposedAt, endedAt } = proposal;
  const { thread: threadId, message: messageId } = content;
  const row = { artistId, id, status, threadId, messageId, content: canonical, hash, proposedBy, proposedAt, endedAt };
  return [db.orm.insert(d).values(row)];
}

const open = (artistId: string, id: string) => and(eq(d.artistId, artistId), eq(d.id, id), eq(d.status, "proposed"));

/**
 * Keeps an answer, and ends the proposal with the last signature or the first refusal.
 *
 * Fails when it has ended, its words are others, the party is not named or has answered: the table's own rules see to it.
 */
export function answerStatements(
  db: Db,
  { artistId, id, hash }: Decision,
  { party, answer, at }: PartyAnswer,
): Write[] {
  const row = open(artistId, id);
  const given = sql`(SELECT count(*) FROM ${a} WHERE ${and(eq(a.artistId, artistId), eq(a.decisionId, id))})`;
  const isComplete = sql`${given} = json_array_length(${d.content}, '$.parties')`;
  const end = (status: DecisionStatus) => db.orm.update(d).set({ status, endedAt: at });
  return [
    db.orm.insert(a).values({ artistId, decisionId: id, party, answer, hash, at }),
    answer === "signed" ? end("decided").where(and(row, isComplete)) : end("declined").where(row),
  ];
}

/** Takes a proposal back. Fails when it has ended. */
export function withdrawStatements(db: Db, { artistId, id }: Decision, now: Instant): Write[] {
  return [
    db.orm.update(d).set({ status: "withdrawn", endedAt: now }).where(open(artistId, id)),
    db.orm.run(oneRowChanged),
  ];
}
