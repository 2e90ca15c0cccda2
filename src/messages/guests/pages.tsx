// The home of the page that a guest's mailed link opens.

/** Asks to go on: opening a link must not use it up, as mail scanners open every link. */
export function invitationPage(): string {
  return `<!doctype html>${(
    (
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>Invitation</title>
          <style>{"body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:4rem auto;padding:0 1rem}"}</style>
        </head>
        <body>
          <h1>You are invited into a conversation</h1>
          <p>Sign in with the address the invitation came to, then accept it here.</p>
          <form method="post">
            <button type="submit">Accept</button>
          </form>
        </body>
      </html>
    )
  ).toString()}`;
}
