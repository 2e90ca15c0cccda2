// The home of the answers shown in the reference, as the demo statement gives them; a test holds them to their shapes.

export const EXAMPLES = {
  Me: {
    id: "key_01k9v3m6s0n8w2e4r6t8y0b1c3",
    email: null,
    name: "Dashboard",
    memberships: [
      {
        id: "key_01k9v3m6s0n8w2e4r6t8y0b1c3",
        artist: {
          id: "art_01k9v3m6s0n8w2e4r6t8y0b1c3",
          name: "Glass Harbor",
        },
        role: "owner",
        scope: { kind: "artist" },
        until: null,
        through: null,
        support: false,
        ownershipOfferedUntil: null,
      },
    ],
  },
  Artist: {
    id: "art_01k9v3m6s0n8w2e4r6t8y0b1c3",
    name: "Glass Harbor",
    currency: "USD",
    timeZone: "Europe/Berlin",
    createdAt: "2026-09-01T12:00:00.000Z",
  },
  ApiKey: {
    id: "key_01k9v3m6s0n8w2e4r6t8y0b1c3",
    name: "Dashboard",
    role: "viewer",
    prefix: "ad_live_7Qx2",
    last4: "9f3a",
    createdBy: "user:usr_01k9v3m6s0n8w2e4r6t8y0b1c3",
    createdAt: "2026-09-01T12:00:00.000Z",
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
  },
  NewApiKey: {
    id: "key_01k9v3m6s0n8w2e4r6t8y0b1c3",
    name: "Dashboard",
    role: "viewer",
    prefix: "ad_live_7Qx2",
    last4: "9f3a",
    createdBy: "user:usr_01k9v3m6s0n8w2e4r6t8y0b1c3",
    createdAt: "2026-09-01T12:00:00.000Z",
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    key: "ad_live_7Qx2… (shown this once)",
  },
} as const;
