// The home of the answers of the hub shown in the reference; a test holds them to their shapes.

const MARA = "usr_01k9v3m6s0n8w2e4r6t8y0b1c3";
const NOA = "usr_01k9v3m6s0n8w2e4r6t8y0b1c4";

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
  },
  Attachment: cover,
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
