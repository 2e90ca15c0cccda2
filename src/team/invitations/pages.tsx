// The home of the pages a person meets on the way into a team.

import { htmlPage } from "../../identity/index.ts";

/** Shows what an invitation is to, and asks the person to accept: opening it changes nothing. */
export function invitationPage(words: string): string {
  return htmlPage(
    "Invitation",
    <>
      <p>{words}</p>
      <form method="post">
        <button type="submit">Accept</button>
      </form>
    </>,
  );
}

/** Says why an invitation cannot be accepted. */
export function refusedPage(title: string, words: string): string {
  return htmlPage(title, <p>{words}</p>);
}
