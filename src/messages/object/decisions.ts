// The home of decisions inside the object: which message is held for one, which thread it belongs to, and what was told of it.
// What is signed, and by whom, lies in D1.

import { Problem } from "../../kernel/problems.ts";
import type { ActorId } from "../model.ts";
import type { HeldMessage, ServerFrame } from "../protocol.ts";
import { countChange, getMessage, tellMessage } from "./messages.ts";
import { type Desk, firstOf, isSeenSql } from "./storage.ts";
import { enterThread } from "./threads.ts";

type DecisionFrame = Extract<ServerFrame, { type: "decision" }>;
type DecisionRow = { thread_id: string; message_id: string; told_json: string | null };

/**
 * Holds a message for a decision, so that nobody changes or deletes it; one that is held keeps its decision's id. Nobody
 * is told before the proposal is kept.
 *
 * @throws Problem `not_found`, `message_settled` for a message without words
 */
export function holdMessage(desk: Desk, { thread, message }: { thread: string; message: string }): HeldMessage {
  const { sql } = desk;
  enterThread(desk, thread);
  const found = getMessage(desk, thread, message);
  if (found.text === null) throw new Problem("message_settled", { detail: "There are no words to decide on." });
  if (found.decision !== null) return { decision: found.decision, message: found };
  const decision = desk.newId("decision");
  sql.exec("INSERT INTO decisions (id, thread_id, message_id) VALUES (?, ?, ?)", decision, thread, message);
  sql.exec("UPDATE messages SET decision = ? WHERE id = ?", decision, message);
  return { decision, message: { ...found, decision } };
}

/** Lists the ids of decisions in threads the caller may see, newest first, one more than `limit`. @throws Problem `not_found` */
export function listDecisions(
  desk: Desk,
  { thread, before, limit }: { thread: string | null; before: string | null; limit: number },
): string[] {
  const { sql, caller } = desk;
  if (thread !== null) enterThread(desk, thread);
  return sql
    .exec<{ id: string }>(
      `SELECT d.id FROM decisions d JOIN threads t ON t.id = d.thread_id
        JOIN participants p ON p.thread_id = t.id AND p.actor = ?1
        WHERE (?2 IS NULL OR t.id = ?2) AND (?3 IS NULL OR d.id < ?3)
        AND (t.id = ?4 OR ?4 IS NULL AND ${isSeenSql("?5", "?7")})
        ORDER BY d.id DESC LIMIT ?6`,
      caller.id,
      thread,
      before,
      caller.only,
      JSON.stringify(caller.sees),
      limit + 1,
      JSON.stringify(caller.hidden),
    )
    .toArray()
    .map(({ id }) => id);
}

/**
 * Tells those who take part where a decision stands, and lets its message go when it came to nothing. What is no news is
 * not told: this is asked at least once, and may be asked late.
 */
export function tellDecision(
  desk: Desk,
  { id, status, signed }: { id: string; status: DecisionFrame["status"]; signed: readonly ActorId[] },
): null {
  const { sql } = desk;
  const row = firstOf(sql.exec<DecisionRow>("SELECT thread_id, message_id, told_json FROM decisions WHERE id = ?", id));
  const before = row?.told_json == null ? null : (JSON.parse(row.told_json) as DecisionFrame);
  if (row === null || (before !== null && !isNews(before, { status, signed }))) return null;
  const { thread_id: thread, message_id: message } = row;
  const frame: DecisionFrame = { type: "decision", id, thread, message, status, signed };
  sql.exec("UPDATE decisions SET told_json = ? WHERE id = ?", JSON.stringify(frame), id);
  const isOff = status === "declined" || status === "withdrawn";
  if (isOff) sql.exec("UPDATE messages SET decision = NULL WHERE id = ? AND decision = ?", message, id);
  if (isOff || before === null) {
    countChange(desk, message);
    tellMessage(desk, message);
  }
  desk.tell({ thread, by: desk.caller.id, frame });
  return null;
}

function isNews(before: DecisionFrame, { status, signed }: Pick<DecisionFrame, "status" | "signed">): boolean {
  return before.status === "proposed" && (status !== "proposed" || signed.length > before.signed.length);
}
