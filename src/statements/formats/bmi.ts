// The home of BMI's royalty statement, the American society's account of performances.
import { anyOf, COMPACT_QUARTER, firstFilled, QUARTER } from "./spans.ts";
import { tableFormat } from "./table.ts";

/**
 * BMI's royalty statement: quarters are written `20254`, or in another of the usual forms.
 *
 * @see names of columns in several importers, and the form of the period in one of them; checked 2026-11
 */
export const BMI = tableFormat({
  id: "bmi.v1",
  name: "BMI royalty statement",
  source: "bmi",
  evidence: "B",
  sample: false,
  version: 1,
  signature: ["PERIOD", "TITLE NAME", "PERF SOURCE", "PARTICIPANT %", "PERF COUNT", "ROYALTY AMOUNT", "PERF PERIOD"],
  columns: {
    "PERF PERIOD": "period",
    PERIOD: {
      is: "period",
      detail: "statementPeriod",
      note: "of the distribution; taken for that of the performance where none is told",
    },
    "W OR P": null,
    "PARTICIPANT NAME": { isPrivate: true },
    "PARTICIPANT #": { isPrivate: true },
    "IP #": { isPrivate: true },
    "TITLE NAME": { is: "title", note: "the title of the work" },
    ARTISTS: null,
    "LABEL IMPRINT": "label",
    "TITLE #": "workId",
    "PERF SOURCE": "platform",
    "COUNTRY OF PERFORMANCE": "territory",
    "SHOW NAME": null,
    "EPISODE NAME": null,
    "SHOW #": null,
    "USE CODE": "usage",
    TIMING: null,
    "PARTICIPANT %": { is: null, note: "already applied by BMI: the royalty is this participant's share" },
    "PERF COUNT": "units",
    "BONUS LEVEL": null,
    "ROYALTY AMOUNT": "amount",
    WITHHOLD: { is: "deductions", note: "kept apart as printed, never netted against the royalty" },
    "CURRENT ACTIVITY AMT": null,
    "HITS SONG OR TV NET SUPER USAGE BONUS": null,
    "STANDARDS OR TV NET THEME BONUS": null,
    "FOREIGN SOCIETY ADJUSTMENT": null,
    "COMPANY CODE": null,
    "COMPANY NAME": null,
    "PERF DATE": null,
  },
  period: firstFilled(anyOf(COMPACT_QUARTER, QUARTER)),
  numbers: ".",
  currency: { is: "USD" },
  platform: "BMI",
  kind: "performance",
  unitsMayBeBlank: true,
});
