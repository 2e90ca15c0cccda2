// The home of the pages that the link at the end of a digest leads to.

import { htmlPage } from "../../identity/index.ts";

/** Asks to go on: opening the link must change nothing, as mail scanners open every link. */
export function offPage(): string {
  return htmlPage(
    "Turn these mails off?",
    <>
      <p>You will no longer be mailed what you have not read. The messages stay where they are.</p>
      <form method="post">
        <button type="submit">Turn off</button>
      </form>
    </>,
  );
}

/** Says that no more such mails come. */
export function isOffPage(): string {
  return htmlPage(
    "These mails are off",
    <p>You get no more mails of unread messages. You can turn them on again in your dashboard's settings.</p>,
  );
}
