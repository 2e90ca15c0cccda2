// The home of the pages that a guest's mailed link leads to.

import { htmlPage } from "../../identity/index.ts";

/** Asks to go on: opening a link must not use it up, as mail scanners open every link. */
export function invitationPage(): string {
  return htmlPage(
    "Invitation",
    <>
      <p>You are invited into a conversation.</p>
      <form method="post">
        <button type="submit">Accept</button>
      </form>
    </>,
  );
}
