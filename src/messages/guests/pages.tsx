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

/** Says that a sign-in link is on its way to the address that was invited. */
export function signInFirstPage(): string {
  return htmlPage(
    "Look into your mail",
    <p>
      To enter the conversation, sign in first: a link is on its way to the address the invitation was sent to. Open it
      in this browser, and it will lead you back here.
    </p>,
  );
}
