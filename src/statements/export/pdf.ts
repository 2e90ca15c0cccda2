// The home of statements as PDF: a statement document becomes the bytes of a file.

import type { FontSource, StatementDocument } from "./document.ts";
import { type EmbeddedFont, embedFont, utf16Hex } from "./pdf/embed.ts";
import { type PdfFile, type PdfReference, pdfFile } from "./pdf/file.ts";
import type { Font } from "./pdf/font.ts";
import { type Box, footerOf, layOut, PAGE, type Page } from "./pdf/layout.ts";
import type { Glyph } from "./pdf/shape.ts";
import { loadTypefaces } from "./pdf/typefaces.ts";
import { tidy, typesetter } from "./pdf/typeset.ts";

/** Letters that stand in every document: the headings of tables, and the signs that typesetting adds. */
const LETTERS_ALWAYS_SET = String.fromCharCode(...Array.from({ length: 95 }, (_, place) => 32 + place), 0x2026);
const MUTED = "0.4 g";
const BLACK = "0 g";
const STRONG = "0.5 G 0.6 w";
const FAINT = "0.88 G 0.4 w";

/**
 * Renders a document, the same bytes for the same document and fonts. Text can be copied; what no font can show is printed as
 * a replacement and copied as it was written.
 *
 * @param fonts reads a font file by name; the renderer itself reads and asks for nothing
 * @throws RangeError when a table is longer than MAX_TABLE_ROWS and one of its amounts is no decimal
 */
export async function renderStatementPdf(document: StatementDocument, fonts: FontSource): Promise<Uint8Array> {
  const type = typesetter(await loadTypefaces(textsOf(document), fonts));
  const file = pdfFile();
  const embedded = new Map<Font, EmbeddedFont>();
  const useFont = (font: Font): EmbeddedFont => {
    const known = embedded.get(font) ?? embedFont(font, `F${embedded.size + 1}`);
    embedded.set(font, known);
    return known;
  };
  const write = (page: Page): PdfReference => file.addStream(new TextEncoder().encode(contentOf(page, useFont)));
  const bodies: PdfReference[] = [];
  layOut(document, type, (page) => bodies.push(write(page)));

  const tree = file.reserve();
  const resources = file.reserve();
  const pages = bodies.map((body, place) => {
    const footer = write({ boxes: footerOf(document, type, place + 1, bodies.length), rules: [] });
    return file.add(
      `<< /Type /Page /Parent ${tree} /Resources ${resources} /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Contents [${body} ${footer}] >>`,
    );
  });
  file.add(`<< /Type /Pages /Kids [${pages.join(" ")}] /Count ${pages.length} >>`, tree);
  const names = [...embedded.values()].map((font) => `/${font.name} ${font.write(file)}`);
  file.add(`<< /Font << ${names.join(" ")} >> >>`, resources);
  return file.end(writeCatalogue(file, tree), writeInfo(file, document));
}

function writeCatalogue(file: PdfFile, tree: PdfReference): PdfReference {
  return file.add(`<< /Type /Catalog /Pages ${tree} /ViewerPreferences << /DisplayDocTitle true >> >>`);
}

function writeInfo(file: PdfFile, { title, generatedAt }: StatementDocument): PdfReference {
  const date = `(D:${generatedAt.replace(/\D/g, "").slice(0, 14)}Z)`;
  return file.add(`<< /Title <feff${utf16Hex(tidy(title))}> /CreationDate ${date} /ModDate ${date} >>`);
}

/** Every text that is printed and not one of our own words. */
function* textsOf(document: StatementDocument): Generator<string> {
  yield LETTERS_ALWAYS_SET;
  yield tidy(`${document.artist} · ${document.title}`);
  yield* strings(document);
}

function* strings(value: unknown): Generator<string> {
  if (typeof value === "string") yield tidy(value);
  else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) yield* strings(part);
}

/** A page's drawing instructions. */
function contentOf(page: Page, useFont: (font: Font) => EmbeddedFont): string {
  const rules = page.rules.map(({ y, isStrong }) => {
    const height = place(PAGE.height - y);
    return `${isStrong ? STRONG : FAINT} ${PAGE.margin} ${height} m ${PAGE.width - PAGE.margin} ${height} l S`;
  });
  const texts = page.boxes.map((box) => `${box.isMuted ? MUTED : BLACK} ${showText(box, useFont)}`);
  return [...rules, "BT", ...texts, "ET"].join("\n");
}

/** Shows a box's glyphs; those of one font that follow each other as the font spaces them go together. */
function showText(box: Box, useFont: (font: Font) => EmbeddedFont): string {
  const parts: string[] = [];
  let open: { font: Font; y: number; next: number } | null = null;
  const close = (): void => {
    if (open !== null) parts.push("> Tj ");
    open = null;
  };
  const show = (glyph: Glyph, x: number): void => {
    const { font, offset } = glyph;
    const { name, codeOf } = useFont(font);
    if (open === null || open.font !== font || open.y !== offset.y || open.next !== x) {
      close();
      const [left, up] = [box.x + (x * box.size) / 1000, PAGE.height - box.baseline + (offset.y * box.size) / 1000];
      parts.push(`/${name} ${place(box.size)} Tf 1 0 0 1 ${place(left)} ${place(up)} Tm <`);
    }
    parts.push(codeOf(glyph));
    open = { font, y: offset.y, next: x + glyph.advance };
  };
  for (const { x, glyphs, isRightToLeft } of box.line.clusters) {
    // Readers that sort glyphs by where they stand would put a mark behind the next letter, so these say what they are.
    const isSaid = glyphs.length > 1 && !isRightToLeft;
    if (isSaid) {
      close();
      const text = utf16Hex(glyphs.map((glyph) => glyph.text).join(""));
      parts.push(`/Span << /ActualText <feff${text}> >> BDC `);
    }
    for (const glyph of glyphs) show(glyph, x + glyph.offset.x);
    if (isSaid) {
      close();
      parts.push("EMC ");
    }
  }
  close();
  return parts.join("");
}

/** Points with two decimals: a hundredth of a point is not seen. */
function place(points: number): string {
  return points.toFixed(2).replace(/\.?0+$/, "");
}
