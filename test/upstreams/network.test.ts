import { afterEach, describe, expect, test, vi } from "vitest";
import {
  asking,
  chunk,
  failureOf,
  flood,
  lastChunk,
  readAll,
  type TestOptions,
  useScriptedServer,
  whole,
} from "./harness.ts";

const server = useScriptedServer();

describe("a network that fails", () => {
  test("says that nothing listens", async () => {
    const { url, host } = server;
    await server.close();
    const error = await failureOf(server.upstream({ baseUrl: url }).ask(asking()));
    expect(error).toMatchObject({ code: "upstream_unreachable", provider: "acme", status: 502, retryable: true });
    expect(error.message).toContain(host);
    expect(error.message).toContain("connection refused");
  });

  test("says that there is no such host", async () => {
    const error = await failureOf(server.upstream({ baseUrl: "http://no-such-host.invalid" }).ask(asking()));
    expect(error).toMatchObject({ code: "upstream_unreachable", provider: "acme" });
    expect(error.message).toContain("no-such-host.invalid");
  });

  test("says that the other side speaks no TLS", async () => {
    const asked = server.upstream({ baseUrl: server.url.replace("http:", "https:") }).ask(asking());
    const connection = await server.connection();
    connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    const error = await failureOf(asked);
    expect(error).toMatchObject({ code: "upstream_unreachable" });
    expect(error.message).toContain("http instead of https");
  });

  test("says that the other side speaks no HTTP", async () => {
    const asked = server.upstream().ask(asking());
    const connection = await server.connection();
    await connection.request();
    connection.write("220 mail.example ESMTP\r\n");
    const error = await failureOf(asked);
    expect(error).toMatchObject({ code: "upstream_malformed" });
    expect(error.message).toContain("is no HTTP/1.1");
  });

  test.each(["reset", "end"] as const)("is not taken for an answer: %s before the head", async (how) => {
    const asked = server.upstream().ask(asking());
    const connection = await server.connection();
    await connection.request();
    connection[how]();
    const error = await failureOf(asked);
    expect(error).toMatchObject({ code: "upstream_cut", provider: "acme" });
    expect(error.message).toContain("before an answer came");
    expect(server.accepted()).toBe(1);
  });

  test.each(["reset", "end"] as const)("is not taken for an end: %s in the middle", async (how) => {
    const [answer, connection] = await server.begun(server.upstream());
    const pull = answer.body.next();
    connection[how]();
    const error = await failureOf(pull);
    expect(error).toMatchObject({ code: "upstream_cut", provider: "acme" });
    expect(error.message).toContain("in the middle of the answer");
    expect(await failureOf(answer.body.next())).toBe(error);
  });

  test("lets the reader have what had come before the cut", async () => {
    const [answer, connection] = await server.begun(server.upstream());
    connection.write(chunk("two"));
    connection.end();
    await connection.closed;
    expect(String((await answer.body.next()).value)).toBe("two");
    expect(await failureOf(answer.body.next())).toMatchObject({ code: "upstream_cut" });
  });

  test("is noticed when fewer bytes come than were announced", async () => {
    const asked = server.upstream().ask(asking());
    const connection = await server.connection();
    await connection.request();
    connection.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this");
    connection.end();
    expect(await failureOf(asked.then(readAll))).toMatchObject({ code: "upstream_cut" });
  });

  test("is noticed when the last chunk is missing although the connection was to be closed", async () => {
    const asked = server.upstream().ask(asking());
    const connection = await server.connection();
    await connection.request();
    connection.write(`HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${chunk("half")}`);
    connection.end();
    expect(await failureOf(asked.then(readAll))).toMatchObject({ code: "upstream_cut" });
  });

  test("does not let bytes beyond the announced length into the answer, nor into the next one", async () => {
    const upstream = server.upstream();
    const asked = upstream.ask(asking());
    const first = await server.connection();
    await first.request();
    first.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nthis and more");
    expect((await readAll(await asked)).toString()).toBe("this");
    await first.closed;
    const again = upstream.ask(asking());
    const second = await server.connection();
    await second.request();
    second.write(whole("clean"));
    expect((await readAll(await again)).toString()).toBe("clean");
  });
});

describe("time", () => {
  const timeouts = { connectMs: 2000, firstByteMs: 30, idleMs: 30 };

  afterEach(() => {
    vi.useRealTimers();
  });

  /** A request whose answer has not begun; its time stands still. */
  async function waiting(options: TestOptions = {}, request = {}) {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const asked = server.upstream(options).ask(asking(request));
    const connection = await server.connection();
    await connection.request();
    return [asked, connection] as const;
  }
  /** Lets time pass, and what became due happen. */
  async function pass(ms: number): Promise<void> {
    vi.advanceTimersByTime(ms);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const isSettled = (promise: Promise<unknown>): Promise<boolean> =>
    Promise.race([
      promise.then(() => true).catch(() => true),
      new Promise<boolean>((no) => setImmediate(() => no(false))),
    ]);

  test("runs out when no answer begins", async () => {
    const asked = server.upstream({ timeouts }).ask(asking());
    const connection = await server.connection();
    await connection.request();
    const error = await failureOf(asked);
    expect(error).toMatchObject({ code: "upstream_timeout", provider: "acme", status: 504 });
    expect(error.message).toContain("no answer began within 30 ms");
    await connection.closed;
  });

  test("runs out when an answer stands still", async () => {
    const [answer, connection] = await server.begun(server.upstream({ timeouts: { ...timeouts, firstByteMs: 5000 } }));
    const error = await failureOf(answer.body.next());
    expect(error).toMatchObject({ code: "upstream_timeout", provider: "acme" });
    expect(error.message).toContain("stood still for 30 ms");
    await connection.closed;
  });

  test("does not run out while it is the reader who does not read", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const [answer, sender] = await server.begun(server.upstream({ timeouts }));
    await flood(sender);
    for (let i = 0; i < 3; i += 1) await pass(30);
    expect((await answer.body.next()).done).toBe(false);
    await pass(29);
    sender.write(lastChunk);
    await readAll(answer);
  });

  test("takes what came while the process was busy for an answer", async () => {
    const [asked, connection] = await waiting({ timeouts });
    await new Promise((resolve) => setImmediate(resolve)); // timers run before sockets are read, as they do in earnest
    connection.write(whole("{}"));
    vi.advanceTimersByTime(30);
    expect((await readAll(await asked)).toString()).toBe("{}");
  });

  test("runs out on the millisecond, and not before", async () => {
    const [asked, connection] = await waiting({ timeouts: { ...timeouts, firstByteMs: 300 } });
    await pass(299);
    expect(await isSettled(asked)).toBe(false);
    await pass(1);
    expect((await failureOf(asked)).message).toContain("no answer began within 300 ms");
    await connection.closed;
  });

  test("begins anew with each piece", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const [answer, connection] = await server.begun(server.upstream({ timeouts }));
    for (let i = 0; i < 3; i += 1) {
      await pass(29);
      const pull = answer.body.next();
      connection.write(chunk(String(i)));
      expect(String((await pull).value)).toBe(String(i));
    }
    const failure = failureOf(answer.body.next());
    await pass(30);
    expect((await failure).message).toContain("stood still for 30 ms");
  });

  test("does not run out while pieces gather that nobody has pulled", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const [answer, connection] = await server.begun(server.upstream({ timeouts }));
    let sent = "";
    for (let i = 0; i < 4; i += 1) {
      connection.write(chunk(String(i)));
      sent += i;
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve)); // it is there
      await pass(29);
    }
    expect(String((await answer.body.next()).value)).toBe(sent);
    const failure = failureOf(answer.body.next());
    await pass(60);
    expect((await failure).message).toContain("stood still for 30 ms");
  });

  test("is a minute for the beginning of a stream, unless said otherwise", async () => {
    const [asked] = await waiting({}, { stream: true });
    await pass(59_999);
    expect(await isSettled(asked)).toBe(false);
    await pass(1);
    expect((await failureOf(asked)).message).toContain("no answer began within 60 s");
  });

  test("is as long as the caller waits for a whole answer, unless said otherwise", async () => {
    const [asked, connection] = await waiting();
    await pass(24 * 3_600_000);
    expect(await isSettled(asked)).toBe(false);
    connection.write(whole("{}"));
    expect((await readAll(await asked)).toString()).toBe("{}");
  });

  test("runs out on the millisecond for a connection, too, its TLS included", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const asked = server.upstream({ timeouts, baseUrl: server.url.replace("http:", "https:") }).ask(asking());
    await server.connection();
    await pass(1999);
    expect(await isSettled(asked)).toBe(false);
    await pass(1);
    expect((await failureOf(asked)).message).toContain("no connection within 2 s");
  });

  test("runs out when nobody takes the connection", async () => {
    // 192.0.2.0/24 is for documentation (RFC 5737): no host answers. Where there is no network at all, it fails at once.
    const error = await failureOf(
      server.upstream({ baseUrl: "http://192.0.2.1:9", timeouts: { ...timeouts, connectMs: 50 } }).ask(asking()),
    );
    expect(["upstream_timeout", "upstream_unreachable"]).toContain(error.code);
    expect(error.message).toContain("192.0.2.1:9");
  });
});
