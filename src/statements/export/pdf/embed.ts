// The home of embedded fonts: the outlines of the glyphs that are used, and which characters each stands for when copied.

import type { PdfFile, PdfReference } from "./file.ts";
import type { Font } from "./font.ts";
import type { Glyph } from "./shape.ts";
import { subset } from "./subset.ts";

/** A font on its way into a document. */
export interface EmbeddedFont {
  /** What pages call it. */
  readonly name: string;
  /** The code by which a page shows a glyph: four hexadecimal digits. */
  codeOf(glyph: Glyph): string;
  /** Writes the font; to be called once, when every page is written. */
  write(file: PdfFile): PdfReference;
}

const SYMBOLIC = 4;

/**
 * Begins an embedded font. A code stands for a glyph together with its characters, so that one drawing used for two
 * characters is copied as each of them.
 */
export function embedFont(font: Font, name: string): EmbeddedFont {
  const codes = new Map<string, number>();
  const used: Glyph[] = [];
  return {
    name,
    codeOf(glyph) {
      const key = `${glyph.id} ${glyph.advance} ${glyph.text}`;
      let code = codes.get(key);
      if (code === undefined) {
        used.push(glyph);
        code = used.length;
        codes.set(key, code);
      }
      return hex(code);
    },
    write: (file) => writeFont(file, font, used),
  };
}

/** @see ISO 32000-1, 9.7.4 CIDFonts and 9.10.3 ToUnicode CMaps */
function writeFont(file: PdfFile, font: Font, used: readonly Glyph[]): PdfReference {
  const outlines = subset(font, new Set(used.map((glyph) => glyph.id)));
  // Fonts of which only a part is embedded carry six capital letters; each file is embedded once, so they may be fixed.
  const name = `/SUBSET+${font.name}`;
  const descriptor = file.add(
    `<< /Type /FontDescriptor /FontName ${name} /Flags ${SYMBOLIC} /FontBBox [${font.boundingBox.join(" ")}] ` +
      `/ItalicAngle 0 /Ascent ${font.ascent} /Descent ${font.descent} /CapHeight ${font.ascent} /StemV 80 ` +
      `/FontFile2 ${file.addStream(outlines, ` /Length1 ${outlines.length}`)} >>`,
  );
  // Code 0 is the first, and stands for the glyph of what is missing.
  const glyphOfCode = Uint8Array.from([0, ...used.map((glyph) => glyph.id)].flatMap((id) => [id >> 8, id & 0xff]));
  const cidFont = file.add(
    `<< /Type /Font /Subtype /CIDFontType2 /BaseFont ${name} /FontDescriptor ${descriptor} ` +
      "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> " +
      `/DW 0 /W [1 [${used.map((glyph) => glyph.advance).join(" ")}]] /CIDToGIDMap ${file.addStream(glyphOfCode)} >>`,
  );
  return file.add(
    `<< /Type /Font /Subtype /Type0 /BaseFont ${name} /Encoding /Identity-H /DescendantFonts [${cidFont}] ` +
      `/ToUnicode ${file.addStream(new TextEncoder().encode(toUnicode(used)))} >>`,
  );
}

function toUnicode(used: readonly Glyph[]): string {
  const MAX_PER_BLOCK = 100;
  const lines = used.map((glyph, place) => `<${hex(place + 1)}> <${utf16Hex(glyph.text)}>`);
  const blocks: string[] = [];
  for (let start = 0; start < lines.length; start += MAX_PER_BLOCK) {
    const block = lines.slice(start, start + MAX_PER_BLOCK);
    blocks.push(`${block.length} beginbfchar\n${block.join("\n")}\nendbfchar`);
  }
  return [
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
    "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
    "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ...blocks,
    "endcmap CMapName currentdict /CMap defineresource pop end end",
  ].join("\n");
}

function hex(code: number): string {
  return code.toString(16).padStart(4, "0");
}

/** Text as a PDF string's hexadecimal digits, big-endian UTF-16. */
export function utf16Hex(text: string): string {
  return Array.from({ length: text.length }, (_, place) => hex(text.charCodeAt(place))).join("");
}
