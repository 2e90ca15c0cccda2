// The home of the answers of the hub shown in the reference; a test holds them to their shapes.

const MARA = "usr_01k9v3m6s0n8w2e4r6t8y0b1c3";
const NOA = "usr_01k9v3m6s0n8w2e4r6t8y0b1c4";

const slackTide = {
  attachments: [{ filename: "cover.png", sha256: "9f2c…", sizeBytes: 48213 }],
  context: null,
  message: "msg_01k9v3m6s0n8w2e4r6t8y0b1c3",
  parties: [MARA, NOA],
  sender: NOA,
  seq: 3,
  text: `@${MARA} this is the one.`,
  thread: "thr_01k9v3m6s0n8w2e4r6t8y0b1c3",
};

const cover = {
  id: "att_01k9v3m6s0n8w2e4r6t8y0b1c3",
  filename: "cover.png",
  type: "image/png",
  sizeBytes: 48213,
};

export const EXAMPLES = {
  Thread: {
    id: "thr_01k9v3m6s0n8w2e4r6t8y0b1c3",
    subject: "Cover of Slack Tide",
    context: null,
    participants: [MARA, NOA],
    guests: [],
    createdBy: MARA,
    createdAt: "2026-09-01T12:00:00.000Z",
    lastSeq: 3,
    lastRevision: 0,
    lastMessageAt: "2026-09-01T12:05:00.000Z",
    readSeq: 2,
    unread: 1,
    isMuted: false,
  },
  Message: {
    id: "msg_01k9v3m6s0n8w2e4r6t8y0b1c3",
    thread: "thr_01k9v3m6s0n8w2e4r6t8y0b1c3",
    seq: 3,
    sender: NOA,
    clientId: "7f1c0b52",
    text: `@${MARA} this is the one.`,
    attachments: [cover],
    mentions: [MARA],
    at: "2026-09-01T12:05:00.000Z",
    editedAt: null,
    deletedAt: null,
    revision: 0,
    edits: [],
    decision: null,
  },
  Attachment: cover,
  Decision: {
    id: "dec_01k9v3m6s0n8w2e4r6t8y0b1c3",
    status: "proposed",
    ...slackTide,
    parties: [
      { user: MARA, answer: "signed", at: "2026-09-01T12:10:00.000Z" },
      { user: NOA, answer: null, at: null },
    ],
    proposedBy: MARA,
    proposedAt: "2026-09-01T12:08:00.000Z",
    endedAt: null,
    canonical: JSON.stringify(slackTide),
    hash: "3d1f7c0e5b2a9486d1f7c0e5b2a94863d1f7c0e5b2a9486d1f7c0e5b2a948631",
  },
  DigestSettings: { frequency: "hourly" },
  AttachmentLink: {
    url: "/api/messages/file?token=AVQ…",
    expiresAt: "2026-09-01T12:20:00.000Z",
  },
  MessageTicket: { ticket: "AVQ… (works once)", expiresAt: "2026-09-01T12:00:30.000Z" },
  Guest: {
    id: "gst_01k9v3m6s0n8w2e4r6t8y0b1c3",
    thread: "thr_01k9v3m6s0n8w2e4r6t8y0b1c3",
    email: "ada@example.com",
    userId: null,
    status: "pending",
    createdAt: "2026-09-01T12:00:00.000Z",
    expiresAt: "2026-09-08T12:00:00.000Z",
  },
} as const;
