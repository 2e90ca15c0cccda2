import { describe, expect, it } from "vitest";
import { fixture } from "../../harness/statement.ts";
import { atRest, imported, newWorld, type StatementBody } from "../../harness/world.ts";

const LEDGER = [
  "Date;Libellé;Mouvements (€);Solde (€)",
  "07/04/2026;REPARTITION 674;1204,69;1209,67",
  "07/04/2026;CRDS 0.50%;-5,92;1203,75",
  "07/04/2026;Virement Caisse du Port;-1000,00;203,75",
  "07/01/2026;Solde antérieur;;4,98",
].join("\r\n");

describe("a statement whose rows lean on one another", () => {
  it("is booked where its balance is what its movements come to, and says so", async () => {
    const owner = await (await newWorld()).as("owner");
    const statement = await imported(owner, "releve.csv", new TextEncoder().encode(LEDGER));
    expect(statement).toMatchObject({ status: "posted", format: "sacem.releve.xlsx", lines: 2, problems: [] });
    expect(statement.totals).toMatchObject([{ currency: "EUR", amount: "1198.77" }]);
  });

  it("waits for a person where its balance does not fit", async () => {
    const owner = await (await newWorld()).as("owner");
    const wrong = LEDGER.replace("1203,75", "1203,57");
    const upload = await owner.upload("releve.csv", new TextEncoder().encode(wrong));
    const { id } = (await upload.json()) as StatementBody;
    const statement = await atRest(owner, id, true);
    expect(statement).toMatchObject({ status: "ready" });
    expect(statement.problems).toMatchObject([
      { line: 3, code: "stated_total_differs" },
      { line: 4, code: "stated_total_differs" },
    ]);
  });
});

describe("a statement in several currencies", () => {
  it("is booked with its refunds set aside, and the person is told", async () => {
    const owner = await (await newWorld()).as("owner");
    const name = "bandcamp_raw_52col_utf16le.csv";
    const statement = await imported(owner, name, fixture(name));
    expect(statement).toMatchObject({ status: "posted", format: "bandcamp.v2", lines: 4, problems: [] });
    expect(statement.totals).toMatchObject([
      { currency: "EUR", amount: "0.75" },
      { currency: "USD", amount: "35.19" },
    ]);
  });
});

describe("an export of plays", () => {
  it("is booked without any money", async () => {
    const owner = await (await newWorld()).as("owner");
    const statement = await imported(owner, "Audience-timeline.csv", fixture("Audience-timeline.csv"));
    expect(statement).toMatchObject({ status: "posted", format: "s4a.audience_timeline.v2", lines: 28, totals: [] });
  });

  it("waits for its days where nothing tells them", async () => {
    const owner = await (await newWorld()).as("owner");
    const name = "spotify_for_artists_songs.csv";
    const statement = await imported(owner, name, fixture(name));
    expect(statement).toMatchObject({ status: "needs_mapping", problems: [{ code: "period_needed" }] });
  });
});
