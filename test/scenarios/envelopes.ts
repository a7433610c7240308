/** A message of a Connect stream (connectrpc.com/docs/protocol, "Streaming RPCs"). */
export interface Envelope {
  /** Bit 0: compressed; bit 1: the end of the stream. */
  readonly flags: number;
  readonly text: string;
}

const headLength = 5;

/** One message: a byte of flags, four of length, the text. */
export function envelope(text: string): Buffer {
  const head = Buffer.alloc(headLength);
  head.writeUInt32BE(Buffer.byteLength(text), 1);
  return Buffer.concat([head, Buffer.from(text)]);
}

/** Takes whole messages out of bytes that come in pieces of any length. Throws when the bytes end in the middle of one. */
export async function* readEnvelopes(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Envelope, void, undefined> {
  let waiting = Buffer.alloc(0);
  for await (const piece of pieces) {
    waiting = Buffer.concat([waiting, piece]);
    while (waiting.length >= headLength) {
      const end = headLength + waiting.readUInt32BE(1);
      if (waiting.length < end) break;
      yield { flags: waiting.readUInt8(0), text: waiting.toString("utf8", headLength, end) };
      waiting = waiting.subarray(end);
    }
  }
  if (waiting.length > 0) throw new Error("the stream ended in the middle of a message");
}
