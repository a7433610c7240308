import { EventEmitter, once } from "node:events";
import { expect, test } from "vitest";
import type { ResponseWriter } from "../../src/server/http.ts";
import { sendStream } from "../../src/server/rpc-answer.ts";

/** A response whose client does not read: the first write fills it. */
class FullResponse extends EventEmitter implements ResponseWriter {
  readonly written: string[] = [];
  headersSent = false;
  setHeader(): void {}
  writeHead(status: number): void {
    this.headersSent = true;
    this.written.push(`head ${status}`);
  }
  write(chunk: Uint8Array | string): boolean {
    this.written.push(String(chunk));
    this.emit("written");
    return false;
  }
  addTrailers(): void {}
  end(): void {
    this.written.push("end");
  }
  destroy(): void {}
}

function setUp() {
  const response = new FullResponse();
  const gone = new AbortController();
  const ends: unknown[] = [];
  async function* body() {
    try {
      yield Buffer.from("a");
      yield Buffer.from("b");
    } catch (thrown) {
      ends.push(thrown);
      throw thrown;
    } finally {
      ends.push("finished");
    }
  }
  return { response, gone, ends, sent: sendStream({ status: 200 }, body(), response, gone.signal) };
}

test("nothing is asked of the body while the client does not read", async () => {
  const { response, sent } = setUp();
  await once(response, "written");
  await new Promise(setImmediate);
  expect(response.written).toEqual(["head 200", "a"]);
  const next = once(response, "written");
  response.emit("drain");
  await next;
  response.emit("drain");
  await sent;
  expect(response.written).toEqual(["head 200", "a", "b", "end"]);
});

test("a client that leaves while it is being waited for ends the body with the reason, at once", async () => {
  const { response, gone, ends, sent } = setUp();
  await once(response, "written");
  const reason = new Error("gone");
  gone.abort(reason);
  await sent;
  expect(ends).toEqual([reason, "finished"]);
  expect(response.written).toEqual(["head 200", "a"]);
});
