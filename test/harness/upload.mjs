// The home of the client of uploads in parts, as a program outside would write it.

const PARTS_AT_ONCE = 4;
const TRIES = 3;

/**
 * Uploads a statement file in parts, several at once, and sends again what broke off.
 *
 * @param {string} origin such as `http://127.0.0.1:8787`
 * @param {string} key an API key
 * @param {Uint8Array<ArrayBuffer>} bytes the file
 * @param {string} [filename]
 * @returns {Promise<{ id: string; status: string }>} the statement
 */
export async function uploadInParts(origin, key, bytes, filename = "large.tsv") {
  const uploads = `${origin}/api/dashboard/statements/uploads`;
  const authorization = `Bearer ${key}`;
  const opened = await fetch(uploads, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ filename, sizeBytes: bytes.byteLength }),
  });
  const { id, partBytes, parts } = await answerOf(opened, 201);
  const here = `${uploads}/${id}`;
  for (let round = 0; round < TRIES; round += 1) {
    const { received } = await answerOf(await fetch(here, { headers: { authorization } }), 200);
    const left = Array.from({ length: parts }, (_, at) => at + 1).filter((part) => !received.includes(part));
    if (left.length === 0) break;
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, () => sendFrom(left)));
  }
  return answerOf(await fetch(`${here}/complete`, { method: "POST", headers: { authorization } }), 202, 200);

  /** Sends parts until none is left. One that breaks off is noticed in the next round. */
  async function sendFrom(/** @type {number[]} */ left) {
    for (let part = left.shift(); part !== undefined; part = left.shift()) {
      const body = bytes.subarray((part - 1) * partBytes, part * partBytes);
      const sent = fetch(`${here}/parts/${part}`, { method: "PUT", headers: { authorization }, body });
      const response = await sent.catch(() => null);
      if (response !== null && response.status < 500) await answerOf(response, 200);
    }
  }
}

/** @param {Response} response @param {number[]} expected */
async function answerOf(response, ...expected) {
  if (expected.includes(response.status)) return response.json();
  throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
}
