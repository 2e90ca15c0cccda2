// The API key format of the Worker, for the tools that need a key before the Worker runs.
import { createHash, randomBytes } from "node:crypto";

const keyShape = /^(ad_live_[A-Za-z0-9_-]{43})_([0-9a-f]{6})$/;

/** A new API key: "ad_live_", 32 random bytes as 43 base64url characters, "_", and a checksum of what precedes it. */
export function newApiKey() {
  const body = `ad_live_${randomBytes(32).toString("base64url")}`;
  return `${body}_${checksum(body)}`;
}

/** Whether a text is an API key with a right checksum. */
export function isApiKey(text) {
  const parts = keyShape.exec(text);
  return parts !== null && checksum(parts[1]) === parts[2];
}

/** What the database keeps of a key: the lower-case hex SHA-256 of its whole text. */
export function hashApiKey(key) {
  return createHash("sha256").update(key).digest("hex");
}

function checksum(body) {
  return createHash("sha256").update(body).digest("hex").slice(0, 6);
}
