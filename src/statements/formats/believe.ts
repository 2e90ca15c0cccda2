// The home of Believe's digital sales, as downloaded from its Backstage.
import { FIRST_OF_MONTH } from "./spans.ts";
import { tableFormat } from "./table.ts";

/**
 * Believe's digital sales. Some accounts have a decimal comma, some a Russian header; of the Russian names those are
 * here that were seen, and the month of sale is not among them: such a file is mapped by hand.
 *
 * @see header of a real file; Russian names from an importer checked against real files of May 2026; checked 2026-11
 */
export const BELIEVE = tableFormat({
  id: "believe.v1",
  name: "Believe digital sales (Backstage)",
  source: "believe",
  evidence: "A",
  sample: true,
  version: 1,
  signature: ["Sales Month", "Platform", "Release Catalog nb", "Sales Type", "Client Payment Currency", "Net Revenue"],
  columns: {
    "Reporting month": { is: "statementPeriod", also: ["Месяц отчета"] },
    "Sales Month": "period",
    Platform: { is: "platform", also: ["Платформа"] },
    "Country / Region": { is: "territory", also: ["Country/Region", "страна / регион"] },
    "Label Name": "label",
    "Artist Name": { is: "artist", also: ["Исполнитель"] },
    "Release title": "releaseTitle",
    "Track title": { is: "title", also: ["Название трека"] },
    UPC: "upc",
    ISRC: "isrc",
    "Release Catalog nb": { is: "catalogNumber", also: ["Каталожный номер релиза"] },
    "Streaming Subscription Type": null,
    "Release type": null,
    "Sales Type": { is: "kind", also: ["Тип продажи"] },
    Quantity: { is: "units", also: ["Количество"] },
    "Client Payment Currency": { is: "currency", also: ["Валюта"] },
    "Unit Price": "rate",
    "Mechanical Fee": { is: "deductions", note: "taken off before the net revenue" },
    "Gross Revenue": "gross",
    "Client share rate": { is: null, note: "already applied by Believe: the net revenue is this account's share" },
    "Net Revenue": { is: "amount", also: ["Сумма вознаграждения"] },
  },
  period: FIRST_OF_MONTH,
  numbers: "file",
  kind: { stream: "stream", streaming: "stream", download: "download" },
});
