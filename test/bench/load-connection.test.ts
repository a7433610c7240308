import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createLoadConnection } from "./load-connection.ts";

type Outcome = { status: number; contentType: string; body: string; firstAt?: number | undefined } | string;

/** Asks a server that answers with these writes, and returns the answer, or why there was none. */
async function answerTo(play: (socket: Socket) => Promise<void> | void, first?: string): Promise<Outcome> {
  const server = createServer({ noDelay: true }, (socket) => socket.once("data", () => play(socket)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const connection = createLoadConnection({
    host: "127.0.0.1",
    port: address.port,
    first: first ?? "",
    onAnswer: ({ status, contentType, body, firstAt }) =>
      resolve({ status, contentType, body: body.toString(), ...(first === undefined ? {} : { firstAt }) }),
    onFailure: resolve,
  });
  onTestFinished(() => {
    connection.close();
    server.close();
  });
  await connection.ready;
  connection.ask(Buffer.from("POST / HTTP/1.1\r\n\r\n"));
  return promise;
}

/** Each byte as a write of its own, when the one before has left. */
async function byteByByte(socket: Socket, text: string): Promise<void> {
  for (const byte of Buffer.from(text)) {
    await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
  }
}

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

test("reads an answer of a given size that comes byte by byte", async () => {
  const answer = await answerTo((socket) => byteByByte(socket, `${head}Content-Length: 5\r\n\r\nhällo`.slice(0, -1)));
  expect(answer).toEqual({ status: 200, contentType: "text/plain", body: "häll" });
});

test("reads a chunked answer with a trailer that comes byte by byte", async () => {
  const text = `${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1A\r\n${"d".repeat(26)}\r\n0\r\nx-end: yes\r\n\r\n`;
  const answer = await answerTo((socket) => byteByByte(socket, text));
  expect(answer).toEqual({ status: 200, contentType: "text/plain", body: `abc${"d".repeat(26)}` });
});

test("reads an empty answer", async () => {
  const answer = await answerTo((socket) => void socket.write(`${head}Content-Length: 0\r\n\r\n`));
  expect(answer).toEqual({ status: 200, contentType: "text/plain", body: "" });
});

test("takes the time when the text begins, though other pieces come before it", async () => {
  let saidAt = 0;
  const answer = await answerTo(async (socket) => {
    await byteByByte(socket, `${head}Content-Length: 9\r\n\r\nrole:`);
    saidAt = performance.now();
    await byteByByte(socket, "word");
  }, "word");
  expect(answer).toMatchObject({ body: "role:word", firstAt: expect.any(Number) });
  expect(typeof answer === "string" ? 0 : answer.firstAt).toBeGreaterThan(saidAt);
});

test("tells of an answer that is cut off", async () => {
  const answer = await answerTo((socket) => void socket.end(`${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`));
  expect(answer).toBe("the connection was closed in the middle of an answer");
});

test("tells of bytes beyond the answer", async () => {
  const answer = await answerTo((socket) => void socket.write(`${head}Content-Length: 1\r\n\r\nab`));
  expect(answer).toBe("more bytes came than the answer has");
});
