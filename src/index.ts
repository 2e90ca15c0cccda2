// The Worker: its three doors, and nothing else.

import { answer } from "./app.ts";
import { onSchedule } from "./cron.ts";
import type { JobMessage } from "./jobs/messages.ts";
import { onJobs } from "./queue.ts";

export default {
  fetch: answer,
  queue: onJobs,
  scheduled: onSchedule,
} satisfies ExportedHandler<Env, JobMessage>;
