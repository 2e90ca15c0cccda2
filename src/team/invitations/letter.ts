// The home of the words of an invitation, in the mail and where it is shown, and of an offer of ownership.

import { type Instant, instantToIso } from "../../kernel/time.ts";
import { linkMail, type Mail, oneLine } from "../../mail/index.ts";
import type { Access, Role } from "../model.ts";

/** How a role is called among people. */
const ROLE_WORDS: Readonly<Record<Role, string>> = {
  owner: "an owner",
  admin: "an admin",
  manager: "a manager",
  label: "a label manager",
  accountant: "an accountant",
  marketer: "a marketer",
  editor: "an editor",
  collaborator: "a collaborator",
  viewer: "a viewer",
};

/** Says in one sentence what an invitation is to. */
export function invitationWords({ to, role, scope }: Access & { to: { name: string } }): string {
  const reach = scope.kind === "release" ? `, for ${scope.releaseIds.length} of its releases` : "";
  return `You are invited to join ${to.name} as ${ROLE_WORDS[role]}${reach}.`;
}

/** Writes the mail of an invitation. Names are anybody's text, so they are escaped in HTML and kept to one line. */
export function invitationMail(
  invitation: Access & { readonly email: string; readonly to: { readonly name: string } },
  url: string,
): Mail {
  const words = invitationWords(invitation);
  const end = "It works once, for seven days. If you did not expect it, ignore this mail.";
  return linkMail({ to: invitation.email, subject: `Join ${oneLine(invitation.to.name)}`, words, url, end });
}

/** Writes the mail that offers somebody an artist. It is accepted in the dashboard, not by the mail. */
export function ownershipMail(
  offer: { readonly email: string; readonly by: string; readonly artist: string; readonly until: Instant },
  url: string,
): Mail {
  const artist = oneLine(offer.artist);
  const words = `${oneLine(offer.by)} wants to hand ${artist} over to you: you would be its owner, and they an admin.`;
  const day = instantToIso(offer.until).slice(0, 10);
  const end = `Accept or decline it in your dashboard, signed in with this address, until ${day} (UTC). Until then nothing changes.`;
  return linkMail({ to: offer.email, subject: `${artist} is offered to you`, words, url, end });
}
