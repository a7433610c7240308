const cr = 0x0d;
const lf = 0x0a;

/**
 * What may stand between two chunks of a body (RFC 9112, section 7.1), in bytes: the line end behind one, and the next one's
 * length and line end.
 */
const leastFraming = 5;
const mostFraming = 12;

/**
 * The chunks of a body as one piece, `length` bytes long. Those that came in one read are moved together where they lie, over
 * what HTTP has put between them, which nobody needs any more: a copy of each read would be twice as much to collect.
 */
export function joinChunks(first: Buffer, more: readonly Buffer[], length: number): Buffer {
  const last = more[more.length - 1];
  if (last === undefined) return first;
  if (last.buffer !== first.buffer) return Buffer.concat([first, ...more], length);
  const { buffer, byteOffset: start } = first;
  const read = Buffer.from(buffer, start, Math.max(0, last.byteOffset + last.length - start));
  let at = first.length;
  for (const chunk of more) {
    const from = chunk.byteOffset - start;
    if (chunk.buffer !== buffer || !isFraming(read, at, from)) return Buffer.concat([first, ...more], length);
    at = from + chunk.length;
  }
  at = first.length;
  for (const chunk of more) {
    const from = chunk.byteOffset - start;
    read.copyWithin(at, from, from + chunk.length);
    at += chunk.length;
  }
  return read.subarray(0, length);
}

/** Whether there is nothing else between: the buffer may hold other things, as Node's pool does. */
function isFraming(bytes: Buffer, from: number, to: number): boolean {
  return (
    to - from >= leastFraming &&
    to - from <= mostFraming &&
    bytes[from] === cr &&
    bytes[from + 1] === lf &&
    bytes[to - 2] === cr &&
    bytes[to - 1] === lf
  );
}
