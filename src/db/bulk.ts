// The home of many rows in one statement: rows travel as JSON arrays in parameters of bounded size.

/** The largest JSON parameter we bind. Published limits allow 2 MB; local D1 enforces none, so we must. */
export const MAX_PARAMETER_BYTES = 1_000_000;

/**
 * Packs rows, each already JSON text, into JSON arrays of at most {@link MAX_PARAMETER_BYTES}.
 *
 * Rows are given as text because an amount in nanos is a 64-bit integer, which `JSON.stringify` cannot write.
 * @throws RangeError when a single row is larger than a parameter may be
 */
export function packRows(rows: Iterable<string>): string[] {
  const packs: string[] = [];
  let pack: string[] = [];
  let bytes = 2;
  for (const row of rows) {
    // UTF-16 units times three bounds the UTF-8 bytes of any text without encoding it.
    const rowBytes = row.length * 3 + 1;
    if (rowBytes > MAX_PARAMETER_BYTES) throw new RangeError("a row is larger than one parameter may be");
    if (bytes + rowBytes > MAX_PARAMETER_BYTES) {
      packs.push(`[${pack.join(",")}]`);
      pack = [];
      bytes = 2;
    }
    pack.push(row);
    bytes += rowBytes;
  }
  if (pack.length > 0) packs.push(`[${pack.join(",")}]`);
  return packs;
}
