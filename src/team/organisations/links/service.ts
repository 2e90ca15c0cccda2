// The home of the verbs on links between artists and organisations: either side proposes, the other accepts, either ends it.

import { ConstraintError, type Write } from "../../../db/client.ts";
import { commit } from "../../../db/commit.ts";
import type { BaseCtx, Ctx } from "../../../db/ctx.ts";
import type { SignedInCtx } from "../../../http/call.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../../http/page.ts";
import { Problem } from "../../../kernel/problems.ts";
import { recheckJob, refuseAbove } from "../../members/service.ts";
import type { Role } from "../../model.ts";
import { ARTISTS_PER_ORGANISATION, OPEN_PROPOSALS } from "../model.ts";
import {
  countLinkedArtists,
  findLink,
  findProposal,
  type LinkedArtist,
  linkStatements,
  listLinkedArtists,
  type ProposalRow,
  proposalStatements,
  unlinkStatements,
} from "../repository.ts";
import { getOwn } from "../service.ts";

/** A link, proposed or agreed to. */
export interface Link {
  readonly artistId: string;
  readonly organisationId: string;
  readonly status: "proposed" | "active";
  readonly role: Role;
}

/** Lists the artists an organisation looks after. @throws Problem `not_found` */
export async function listOrganisationArtists(
  ctx: SignedInCtx,
  id: string,
  query: { limit: number; cursor?: string | undefined },
): Promise<Page<LinkedArtist>> {
  await getOwn(ctx, id, "listOrganisationArtists");
  const binding = bindingOf(null, "listOrganisationArtists", { id });
  const [after = ""] = readCursor(ctx, binding, query.cursor) ?? [];
  const rows = await listLinkedArtists(ctx.db, id, String(after), query.limit);
  return pageFrom(ctx, binding, rows, query.limit, (row) => [row.id]);
}

/**
 * Proposes to an artist that an organisation looks after it. The answer does not tell whether there is such an artist.
 *
 * @throws Problem `not_found` (no such organisation), `conflict` when they are linked or one has proposed already
 */
export async function proposeArtist(ctx: SignedInCtx, organisationId: string, artistId: string): Promise<Link> {
  await getOwn(ctx, organisationId, "proposeArtist");
  return propose(ctx, { artistId, organisationId, proposedBy: "organisation", role: "label" });
}

/**
 * Proposes to an organisation that it looks after the artist; `role` is the most its people may be.
 *
 * @throws Problem `forbidden` above the caller's role, `conflict` when they are linked or one has proposed already
 */
export async function proposeOrganisation(ctx: Ctx, organisationId: string, role: Role): Promise<Link> {
  refuseAbove(ctx, role);
  return propose(ctx, { artistId: ctx.scope.artistId, organisationId, proposedBy: "artist", role });
}

type Proposal = Pick<ProposalRow, "artistId" | "organisationId" | "proposedBy" | "role">;

async function propose(ctx: BaseCtx, proposal: Proposal): Promise<Link> {
  const { artistId, organisationId, role } = proposal;
  if ((await findLink(ctx.db, artistId, organisationId)) !== null) {
    throw new Problem("conflict", { detail: "They are linked already." });
  }
  const link: Link = { artistId, organisationId, status: "proposed", role };
  const writes = proposalStatements(ctx.db, { ...proposal, createdAt: ctx.now });
  try {
    await commitLink(ctx, "organisation.propose", artistId, organisationId, { writes, after: proposal, result: link });
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    if (error.kind === "guard") {
      throw new Problem("conflict", { detail: `At most ${OPEN_PROPOSALS} proposals may be open.`, cause: error });
    }
    if ((await findProposal(ctx.db, artistId, organisationId)) === null) throw error;
    throw new Problem("conflict", { detail: "A link between them is proposed already.", cause: error });
  }
  return link;
}

/** Accepts what an organisation proposed; `role` is the most its people may be with the artist. @throws Problem */
export async function acceptOrganisation(ctx: Ctx, organisationId: string, role: Role): Promise<Link> {
  refuseAbove(ctx, role);
  const proposal = await findProposal(ctx.db, ctx.scope.artistId, organisationId);
  if (proposal === null || proposal.organisationName === null) throw new Problem("not_found");
  return accept(ctx, proposal, "organisation", role);
}

/** Accepts what an artist proposed. @throws Problem `not_found`, `conflict` */
export async function acceptArtist(ctx: SignedInCtx, organisationId: string, artistId: string): Promise<Link> {
  await getOwn(ctx, organisationId, "acceptArtist");
  const proposal = await findProposal(ctx.db, artistId, organisationId);
  if (proposal === null) throw new Problem("not_found");
  return accept(ctx, proposal, "artist", proposal.role);
}

async function accept(ctx: BaseCtx, proposal: ProposalRow, from: ProposalRow["proposedBy"], role: Role): Promise<Link> {
  const { artistId, organisationId } = proposal;
  if (proposal.proposedBy !== from) {
    throw new Problem("conflict", { detail: "It was proposed by this side; the other has to accept it." });
  }
  if ((await countLinkedArtists(ctx.db, organisationId)) >= ARTISTS_PER_ORGANISATION) {
    const detail = `An organisation looks after at most ${ARTISTS_PER_ORGANISATION} artists.`;
    throw new Problem("conflict", { detail });
  }
  const link: Link = { artistId, organisationId, status: "active", role };
  try {
    const writes = linkStatements(ctx.db, proposal, role, ctx.now);
    await commitLink(ctx, "organisation.link", artistId, organisationId, { writes, after: { role }, result: link });
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    throw new Problem("conflict", { detail: "It was accepted or withdrawn meanwhile.", cause: error });
  }
  return link;
}

/** Ends a link from the artist's side, or declines or withdraws a proposal. @throws Problem `not_found` */
export async function endOrganisation(ctx: Ctx, organisationId: string): Promise<void> {
  await end(ctx, ctx.scope.artistId, organisationId);
}

/** Ends a link from the organisation's side, or declines or withdraws a proposal. @throws Problem `not_found` */
export async function endArtist(ctx: SignedInCtx, organisationId: string, artistId: string): Promise<void> {
  await getOwn(ctx, organisationId, "endArtist");
  await end(ctx, artistId, organisationId);
}

async function end(ctx: BaseCtx, artistId: string, organisationId: string): Promise<void> {
  const [link, proposal] = await Promise.all([
    findLink(ctx.db, artistId, organisationId),
    findProposal(ctx.db, artistId, organisationId),
  ]);
  const before = link ?? proposal;
  if (before === null) throw new Problem("not_found");
  const writes = unlinkStatements(ctx.db, artistId, organisationId);
  await commitLink(ctx, link === null ? "organisation.decline" : "organisation.unlink", artistId, organisationId, {
    writes,
    before: { status: link === null ? "proposed" : "active", role: before.role },
    jobs: link === null ? [] : [recheckJob(artistId, null)],
  });
}

/** Commits a change of a link into the artist's audit log: there its history stays when it has ended. */
function commitLink(
  ctx: BaseCtx,
  action: string,
  artistId: string,
  organisationId: string,
  change: {
    writes: Write[];
    before?: unknown;
    after?: unknown;
    jobs?: ReturnType<typeof recheckJob>[];
    result?: unknown;
  },
): Promise<void> {
  return commit(ctx, action, { ...change, artistId, target: organisationId });
}
