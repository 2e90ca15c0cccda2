// ROOM mail: the Mailer port and its adapters, and the mailbox of development.
//
// Owns: how a mail leaves (the development mailbox, Cloudflare's Email Service, or Resend's HTTP API). Promises: a mail that cannot be sent is a
// Problem that the job repeats; a mail with a name leaves once, however many jobs write it at once. Never: keeps a mail in production, or writes a mail's words to a log.

export { escapeHtml, linkMail, type Mail, oneLine } from "./model.ts";
export { registerMail } from "./routes.ts";
export { canMail, forgetMails, sendMail, sendMailOnce } from "./service.ts";
