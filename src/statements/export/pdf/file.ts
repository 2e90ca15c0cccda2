// The home of PDF files: numbered objects, packed streams, and the table at the end that says where each begins.

import { zlibSync } from "fflate";

/** How one object names another, as `7 0 R`. */
export type PdfReference = `${number} 0 R`;

/** A PDF file that is being written. The same calls give the same bytes. */
export interface PdfFile {
  /** Sets aside a number for an object that is written later. */
  reserve(): PdfReference;
  /** Writes an object, under a number that was set aside if one is given. */
  add(body: string, reserved?: PdfReference): PdfReference;
  /** Writes a packed stream; `entries` are further entries of its dictionary. */
  addStream(content: Uint8Array, entries?: string): PdfReference;
  /** Ends the file. */
  end(catalogue: PdfReference, info: PdfReference): Uint8Array;
}

/** The second line says with four bytes above 127 that the file is not text. */
const HEADER = "%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n";

/** Begins a PDF file. @see ISO 32000-1, 7.5 File structure */
export function pdfFile(): PdfFile {
  const parts: Uint8Array[] = [];
  const offsets: number[] = [];
  let size = 0;
  let objects = 0;
  const write = (bytes: Uint8Array): void => {
    parts.push(bytes);
    size += bytes.length;
  };
  const reserve = (): PdfReference => {
    objects += 1;
    return `${objects} 0 R`;
  };
  const begin = (reference: PdfReference): void => {
    const number = Number.parseInt(reference, 10);
    offsets[number] = size;
    write(latin1(`${number} 0 obj\n`));
  };
  write(latin1(HEADER));
  return {
    reserve,
    add(body, reserved = reserve()) {
      begin(reserved);
      write(latin1(`${body}\nendobj\n`));
      return reserved;
    },
    addStream(content, entries = "") {
      const reference = reserve();
      const packed = zlibSync(content);
      begin(reference);
      write(latin1(`<< /Length ${packed.length} /Filter /FlateDecode${entries} >>\nstream\n`));
      write(packed);
      write(latin1("\nendstream\nendobj\n"));
      return reference;
    },
    end(catalogue, info) {
      const start = size;
      const entries = offsets.slice(1).map((offset) => `${offset.toString().padStart(10, "0")} 00000 n \n`);
      write(latin1(`xref\n0 ${objects + 1}\n0000000000 65535 f \n${entries.join("")}`));
      write(
        latin1(`trailer\n<< /Size ${objects + 1} /Root ${catalogue} /Info ${info} >>\nstartxref\n${start}\n%%EOF\n`),
      );
      const file = new Uint8Array(size);
      let offset = 0;
      for (const part of parts) {
        file.set(part, offset);
        offset += part.length;
      }
      return file;
    },
  };
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
