// The home of what a message that takes a release down does to where the release stands.

/**
 * Where a release stands after it was taken down by a message: one that never went out is archived, one that is live is to be
 * taken down, and one that is down stays so.
 *
 * @returns null where something else is under way
 */
export function takenDown(status: string | null): string | null {
  switch (status) {
    case "draft":
      return "archived";
    case "live":
      return "takedown_pending";
    case "takedown_pending":
    case "taken_down":
    case "archived":
      return status;
    default:
      return null;
  }
}
