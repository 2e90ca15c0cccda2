// The home of guesses: what the columns of an unknown file probably are, by their names and by what stands in them.
// A proposal to a person and no more: nothing is read by it before somebody has said that it is so.
import { isCurrency } from "../../kernel/currency.ts";
import { parseGtin } from "../../kernel/gtin.ts";
import { parseIsrc } from "../../kernel/isrc.ts";
import { territoryFrom } from "../../kernel/territory.ts";
import { parseUnits } from "../formats/cells.ts";
import type { FileHead } from "../formats/format.ts";
import { decideMark, parseAmount } from "../formats/numbers.ts";
import { normaliseHeader } from "../reading/header.ts";
import { columnNames, type MappedField } from "./model.ts";
import { guessPeriodFormat } from "./periods.ts";

/** A mapping as proposed: whatever could not be guessed is left to the person. */
export interface Guess {
  readonly columns: Readonly<Record<string, MappedField>>;
  readonly headerRow: number;
  readonly periodFormat?: string;
  readonly decimalMark?: "." | ",";
  readonly currency?: string;
}

/** Names of columns, comparable, in the languages that statements were seen in; the earlier of a row is the surer. */
const NAMES: Readonly<Partial<Record<MappedField, string>>> = {
  period:
    "sale month|sales month|sales period|month|period|usage period|usage month|usage date|sale date|sales date|date of sale|transaction date|activity month|month of sale|date|day|monat|nutzungsmonat|verkaufsmonat|zeitraum|leistungszeitraum|datum|mois|mois de vente|periode|période|mes|periodo|período|fecha|mês|data|mese|maand",
  periodTo:
    "period end|end date|end of period|to date|sales end|bis|date de fin|fecha fin|fecha final|data fim|data fine",
  platform:
    "store|store name|platform|service|dsp|retailer|shop|channel|partner|outlet|music service|digital service provider|plattform|dienst|händler|anbieter|plateforme|boutique|magasin|plataforma|tienda|servicio|loja|piattaforma|negozio|winkel",
  territory:
    "country|country code|country of sale|territory|territory code|sales country|sale country|region|country / region|market|land|verkaufsland|gebiet|pays|territoire|país|pais|territorio|território|paese",
  isrc: "isrc|isrc code|track isrc|isrc number|isrc-code",
  upc: "upc|ean|barcode|upc/ean|ean/upc|gtin|upc code|album upc|release upc|product upc|strichcode|code barre|code-barres|código de barras|codice a barre",
  title:
    "title|track|track title|song|song title|track name|song name|recording|recording title|asset title|description|titel|songtitel|titre|titre du morceau|título|titulo|canción|cancion|faixa|música|titolo|brano|nummer",
  artist:
    "artist|artist name|track artist|artists|main artist|display artist|performer|interpret|künstler|kuenstler|artiste|interprète|artista|intérprete|artiest",
  kind: "sales type|sale type|type|transaction type|product type|usage type|use type|type of sale|typ|nutzungsart|type de vente|tipo|tipo de venta|tipo de venda",
  units:
    "quantity|units|units sold|qty|plays|streams|number of units|count|net units|unit count|# units sold|play count|stream count|menge|anzahl|stück|einheiten|quantité|quantite|unités|écoutes|cantidad|unidades|reproducciones|quantidade|quantità|quantita|aantal",
  amount:
    "earned|earnings|amount|net amount|net revenue|net royalty|royalty|royalties|payable|amount payable|net payable|net earnings|total earned|revenue|net|payment|income|your share|amount due|total|betrag|nettobetrag|erlös|erloes|nettoerlös|einnahmen|auszahlung|montant|montant net|revenu|revenus|revenu net|redevances|importe|importe neto|ingresos|ganancias|regalías|valor|valor líquido|receita|importo|ricavo|ricavi|guadagno|bedrag|opbrengst",
  currency:
    "currency|currency code|payment currency|royalty currency|payout currency|client payment currency|währung|waehrung|devise|monnaie|moneda|divisa|moeda|valuta",
  gross:
    "gross|gross revenue|gross amount|gross earnings|bruttobetrag|brutto|montant brut|importe bruto|valor bruto|lordo",
  deductions:
    "deductions|fee|fees|commission|distribution fee|mechanical fee|gebühr|provision|frais|comisión|comissão|commissione",
  rate: "rate|unit price|price|price per unit|per unit price|unit rate|preis|stückpreis|prix|prix unitaire|precio|preço|prezzo",
  saleCurrency: "sale currency|sales currency|original currency|source currency|customer currency",
  exchangeRate:
    "exchange rate|fx rate|conversion rate|wechselkurs|taux de change|tipo de cambio|taxa de câmbio|tasso di cambio",
  iswc: "iswc",
  releaseTitle: "album|album title|release|release title|album name|release name|product title|álbum",
  label: "label|label name|plattenfirma|sello|gravadora|etichetta",
  catalogNumber: "catalog number|catalogue number|catalog no|cat no|catalog nb|release catalog nb|katalognummer",
  statementPeriod:
    "statement period|statement date|reporting period|reporting month|reporting date|accounting period|posted date|report date",
};

const BY_NAME: ReadonlyMap<string, { readonly field: MappedField; readonly place: number }> = new Map(
  (Object.entries(NAMES) as [MappedField, string][]).flatMap(([field, names]) =>
    names.split("|").map((name, place): [string, { field: MappedField; place: number }] => [name, { field, place }]),
  ),
);

/** A name without a currency or other remark behind it: `Amount (USD)`, `Revenue EUR`, `Betrag in €`. */
function plainName(name: string): string {
  return normaliseHeader(name)
    .replaceAll("_", " ")
    .replace(/\s*(?:\(.*\)|\[.*\]|(?:in )?\p{Sc})$/u, "")
    .replace(/\s+(?:in )?([a-z]{3})$/u, (all, code: string) => (isCurrency(code.toUpperCase()) ? "" : all))
    .trim();
}

/** Says which line is the header: the one with the most names that are known; none if the first line holds values. */
export function guessHeaderRow(head: FileHead): number {
  let best = { row: 0, known: 0 };
  for (const [at, cells] of head.lines.entries()) {
    const known = cells.filter((cell) => BY_NAME.has(plainName(cell))).length;
    if (known > best.known) best = { row: at + 1, known };
  }
  if (best.row > 0) return best.row;
  const widest = Math.max(0, ...head.lines.map((cells) => cells.length));
  const first = head.lines.findIndex((cells) => cells.length === widest);
  return (head.lines[first] ?? []).some(isValue) ? 0 : first + 1;
}

/** Whether a cell holds what no name of a column would be. */
function isValue(cell: string): boolean {
  const text = cell.trim();
  return text !== "" && (parseAmount(text, null) !== null || parseIsrc(text) !== null || isPeriod([text]));
}

function isPeriod(values: readonly string[]): boolean {
  return values.every((value) => /\d/u.test(value)) && guessPeriodFormat(values) !== null;
}

const SYMBOLS: Readonly<Record<string, string>> = { "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW" };

/** The currency in the name of an amount's column; signs that several countries use tell none. */
function currencyIn(name: string): string | undefined {
  const code = name.match(/[A-Z]{3}/gu)?.find(isCurrency);
  return code ?? Object.entries(SYMBOLS).find(([symbol]) => name.includes(symbol))?.[1];
}

/** Proposes a mapping of a file. */
export function guessMapping(head: FileHead): Guess {
  const headerRow = guessHeaderRow(head);
  const names = columnNames(head, headerRow);
  const values = names.map((_, place) =>
    head.lines.slice(headerRow).flatMap((cells) => (cells[place]?.trim() ?? "") || []),
  );
  const fields = byName(headerRow === 0 ? [] : names);
  byValue(fields, values);
  const placeOf = (field: MappedField) => fields.indexOf(field);
  const [period, amount] = [placeOf("period"), placeOf("amount")];
  const periodFormat = period === -1 ? null : guessPeriodFormat(values[period] ?? []);
  const mark = amount === -1 ? null : markOf(values[amount] ?? []);
  const currency = amount === -1 || fields.includes("currency") ? undefined : currencyIn(names[amount] ?? "");
  return {
    columns: Object.fromEntries(
      names.flatMap((name, place): [string, MappedField][] => {
        const field = fields[place];
        return field === undefined || field === null ? [] : [[name, field]];
      }),
    ),
    headerRow,
    ...(periodFormat === null ? {} : { periodFormat }),
    ...(mark === null ? {} : { decimalMark: mark }),
    ...(currency === undefined ? {} : { currency }),
  };
}

/** Each field goes to the column with its surest name, and each column to one field. */
function byName(names: readonly string[]): (MappedField | null)[] {
  const known = names.map((name) => BY_NAME.get(plainName(name)) ?? null);
  return known.map((own, place) => {
    if (own === null) return null;
    const isFirst = known.every((other, at) => {
      if (other === null || at === place || other.field !== own.field) return true;
      return own.place < other.place || (own.place === other.place && place < at);
    });
    return isFirst ? own.field : null;
  });
}

const SHAPES: readonly (readonly [MappedField, (values: readonly string[]) => boolean])[] = [
  ["isrc", (values) => values.every((value) => parseIsrc(value) !== null)],
  ["upc", (values) => values.every((value) => parseGtin(value) !== null)],
  ["currency", (values) => values.every((value) => isCurrency(value.toUpperCase()))],
  ["period", isPeriod],
  ["territory", (values) => values.every((value) => /^[A-Z]{2}$/u.test(value) && territoryFrom(value).known)],
  ["amount", (values) => values.some((value) => /[.,]\d/u.test(value)) && values.every(isAmount)],
  ["units", (values) => values.every((value) => parseUnits(value) !== null)],
];

/** Fields that no name told go to the first column whose values all have their shape; an amount to the last. */
function byValue(fields: (MappedField | null)[], values: readonly (readonly string[])[]): void {
  for (const [field, fits] of SHAPES) {
    if (fields.includes(field)) continue;
    const free = values.flatMap((own, place) => ((fields[place] ?? null) === null && own.length > 0 ? [place] : []));
    const fitting = free.filter((place) => fits(values[place] ?? []));
    const place = field === "amount" ? fitting.at(-1) : fitting[0];
    if (place !== undefined) fields[place] = field;
  }
}

function isAmount(value: string): boolean {
  return parseAmount(value, ".") !== null || parseAmount(value, ",") !== null;
}

function markOf(values: readonly string[]): "." | "," | null {
  const mark = decideMark(values);
  if (mark !== null) return mark;
  // Without a fraction anywhere the mark makes no difference.
  return values.length > 0 && values.every((value) => parseUnits(value) !== null) ? "." : null;
}
