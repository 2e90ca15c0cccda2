// The home of what each role may do in an organisation itself.

import type { Role } from "../model.ts";

const RUNS_IT = ["owner", "admin"] as const;
const SEES_IT = [
  "owner",
  "admin",
  "manager",
  "label",
  "accountant",
  "marketer",
  "editor",
  "collaborator",
  "viewer",
] as const;

/**
 * Which roles in an organisation may call which operation on it. With an artist, a member has the lower of their role
 * here and the role the artist's side gave the organisation; the other matrix holds there.
 */
export const ORGANISATION_MATRIX: Readonly<Record<string, readonly Role[]>> = {
  getOrganisation: SEES_IT,
  listOrganisationArtists: SEES_IT,
  inviteToOrganisation: RUNS_IT,
  revokeOrganisationInvitation: RUNS_IT,
  updateOrganisationMember: RUNS_IT,
  removeOrganisationMember: RUNS_IT,
  proposeArtist: RUNS_IT,
  acceptArtist: RUNS_IT,
  endArtist: RUNS_IT,
};

/** How many artists an organisation may look after: ending a membership asks for work for each of them at once. */
export const ARTISTS_PER_ORGANISATION = 500;

/** How many links an organisation or an artist may have proposed to it or by it at a time. */
export const OPEN_PROPOSALS = 100;
