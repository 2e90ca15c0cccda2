// The Worker: its three doors and the class of its objects, and nothing else.

import { answer } from "./app.ts";
import { onSchedule } from "./cron.ts";
import type { JobMessage } from "./jobs/messages.ts";
import { onJobs } from "./queue.ts";

export { Hub } from "./messages/index.ts";

export default {
  fetch: answer,
  queue: onJobs,
  scheduled: onSchedule,
} satisfies ExportedHandler<Env, JobMessage>;
