import { connect } from "node:net";

/** One answer, as its connection saw it. Times in ms on the process's monotonic clock. */
export interface Answered {
  readonly status: number;
  readonly contentType: string;
  /** Belongs to the connection: copy what is to be kept. */
  readonly body: Buffer;
  readonly askedAt: number;
  /** When what counts as the first of the body was there; undefined: it has not come. */
  readonly firstAt: number | undefined;
  readonly endedAt: number;
}

export interface LoadConnection {
  /** Resolves when connected. */
  readonly ready: Promise<void>;
  /** Sends a request. One at a time. */
  ask(request: Buffer): void;
  close(): void;
}

export interface LoadConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** What has to be in the body for its first piece to count as come: providers may begin with what says nothing. */
  readonly first: string;
  onAnswer(answered: Answered): void;
  onFailure(message: string): void;
}

type Place = "head" | "sized" | "size" | "piece" | "piece-end" | "trailer" | "done";

const lineEnd = 10;
const carriageReturn = 13;

/** Reads just the HTTP/1.1 that a server may answer a load generator with: sizes given, or chunked. */
export function createLoadConnection(options: LoadConnectionOptions): LoadConnection {
  const socket = connect({ host: options.host, port: options.port, noDelay: true });
  let place: Place = "head";
  let head = Buffer.alloc(0);
  let body = Buffer.allocUnsafe(128 * 1024);
  let filled = 0;
  /** Bytes still to come of the body ("sized") or of the piece. */
  let left = 0;
  let lineBytes = 0;
  let status = 0;
  let contentType = "";
  let askedAt = 0;
  let firstAt: number | undefined;
  let asked = false;
  let closed = false;

  function fail(message: string): void {
    if (closed) return;
    closed = true;
    socket.destroy();
    options.onFailure(message);
  }

  function readHead(bytes: Buffer): number {
    const before = head.length;
    const all = before === 0 ? bytes : Buffer.concat([head, bytes]);
    const headEnd = all.indexOf("\r\n\r\n");
    if (headEnd < 0) {
      head = Buffer.from(all);
      return bytes.length;
    }
    head = Buffer.alloc(0);
    const text = all.toString("latin1", 0, headEnd);
    status = Number(text.slice(9, 12));
    contentType = /\r\ncontent-type: *([^\r]*)/i.exec(text)?.[1] ?? "";
    filled = 0;
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
    if (length !== undefined) {
      left = Number(length);
      place = left === 0 ? "done" : "sized";
    } else if (/\r\ntransfer-encoding: *chunked/i.test(text)) {
      place = "size";
      left = 0;
    } else fail(`an answer with neither content-length nor chunks: ${text}`);
    return headEnd + 4 - before;
  }

  function keep(bytes: Buffer, from: number): number {
    const to = Math.min(bytes.length, from + left);
    if (filled + to - from > body.length) {
      const larger = Buffer.allocUnsafe(body.length * 2 + to - from);
      body.copy(larger, 0, 0, filled);
      body = larger;
    }
    filled += bytes.copy(body, filled, from, to);
    if (firstAt === undefined && body.subarray(0, filled).includes(options.first)) firstAt = performance.now();
    left -= to - from;
    return to;
  }

  function readSize(byte: number): void {
    if (byte === lineEnd) {
      place = left === 0 ? "trailer" : "piece";
      lineBytes = 0;
    } else if (byte !== carriageReturn) {
      const digit = byte < 58 ? byte - 48 : (byte | 32) - 87;
      if (digit < 0 || digit > 15) fail(`a chunk's size has the byte ${byte}`);
      left = left * 16 + digit;
    }
  }

  function end(): void {
    place = "head";
    asked = false;
    options.onAnswer({
      status,
      contentType,
      body: body.subarray(0, filled),
      askedAt,
      firstAt,
      endedAt: performance.now(),
    });
  }

  function read(bytes: Buffer): void {
    let at = 0;
    if (!asked) fail("bytes came that nobody asked for");
    while (at < bytes.length && place !== "done" && !closed) {
      switch (place) {
        case "head":
          at += readHead(at === 0 ? bytes : bytes.subarray(at));
          break;
        case "sized":
          at = keep(bytes, at);
          if (left === 0) place = "done";
          break;
        case "size":
          readSize(bytes[at] ?? 0);
          at += 1;
          break;
        case "piece":
          at = keep(bytes, at);
          if (left === 0) place = "piece-end";
          break;
        case "piece-end":
          if (bytes[at] === lineEnd) place = "size";
          at += 1;
          break;
        case "trailer": {
          // Trailing headers are lines; an empty line ends the answer.
          const byte = bytes[at];
          at += 1;
          if (byte === lineEnd && lineBytes === 0) place = "done";
          else if (byte === lineEnd) lineBytes = 0;
          else if (byte !== carriageReturn) lineBytes += 1;
          break;
        }
      }
    }
    if (place !== "done") return;
    if (at < bytes.length) fail("more bytes came than the answer has");
    else end();
  }

  socket.on("data", read);
  socket.on("error", (error) => fail(`the connection failed: ${error.message}`));
  socket.on("close", () =>
    fail(asked ? "the connection was closed in the middle of an answer" : "the connection was closed"),
  );
  const ready = new Promise<void>((resolve) => socket.once("connect", () => resolve()));

  return {
    ready,
    ask(request) {
      asked = true;
      firstAt = undefined;
      askedAt = performance.now();
      socket.write(request);
    },
    close() {
      closed = true;
      socket.destroy();
    },
  };
}
