import { describe, expect, test } from "vitest";
import { asking, flood, lastChunk, readAll, useScriptedServer, whole } from "./harness.ts";

const server = useScriptedServer();

describe("a reader that does not read", () => {
  test("stops the sender, with a bounded number of bytes in between, and starts it again", async () => {
    const [answer, connection] = await server.begun(server.upstream());
    const sent = await flood(connection);
    const waiting = (await answer.body.next()).value?.length ?? 0;
    expect(waiting).toBeGreaterThan(256 * 1024);
    expect(waiting).toBeLessThan(256 * 1024 + 128 * 1024);
    expect(sent).toBeLessThan(16 * 1024 * 1024);
    const drained = new Promise<void>((resolve) => connection.socket.once("drain", () => resolve()));
    let got = waiting;
    connection.write(lastChunk);
    for (let step = await answer.body.next(); step.done !== true; step = await answer.body.next()) {
      got += step.value.length;
    }
    await drained;
    expect(got % (16 * 1024 - 8)).toBe(0);
    expect(got).toBeGreaterThanOrEqual(sent - 64 * 1024);
  });
});

// Retried, since the machine may be busy for longer than the 50 ms that are allowed.
describe("leaving", { retry: 2 }, () => {
  const gone = new Error("the client has gone");

  test("before asking costs nothing", async () => {
    await expect(server.upstream().ask(asking({ signal: AbortSignal.abort(gone) }))).rejects.toBe(gone);
    expect(server.accepted()).toBe(0);
  });

  test("while it connects sends nothing", async () => {
    const controller = new AbortController();
    const asked = server.upstream().ask(asking({ signal: controller.signal }));
    controller.abort(gone);
    await expect(asked).rejects.toBe(gone);
    const connection = await server.connection();
    let received = 0;
    connection.socket.on("data", (data) => {
      received += data.length;
    });
    await connection.closed;
    expect(received).toBe(0);
  });

  test("while it waits for the head closes the connection at once", async () => {
    const controller = new AbortController();
    const asked = server.upstream().ask(asking({ signal: controller.signal }));
    const connection = await server.connection();
    await connection.request();
    const at = performance.now();
    controller.abort(gone);
    await expect(asked).rejects.toBe(gone);
    expect((await connection.closed) - at).toBeLessThan(50);
  });

  test("in the middle closes the connection at once and lets go of what waits", async () => {
    const controller = new AbortController();
    const [answer, connection] = await server.begun(server.upstream(), controller.signal);
    const pull = answer.body.next();
    const at = performance.now();
    controller.abort(gone);
    await expect(pull).rejects.toBe(gone);
    await expect(answer.body.next()).rejects.toBe(gone);
    expect((await connection.closed) - at).toBeLessThan(50);
  });

  test("while the sender is held back closes the connection at once", async () => {
    const controller = new AbortController();
    const [answer, connection] = await server.begun(server.upstream(), controller.signal);
    await flood(connection);
    const at = performance.now();
    controller.abort(gone);
    await expect(answer.body.next()).rejects.toBe(gone);
    expect((await connection.closed) - at).toBeLessThan(50);
  });

  test("by return() closes the connection at once and ends a pull that waits", async () => {
    const [answer, connection] = await server.begun(server.upstream());
    const pull = answer.body.next();
    const at = performance.now();
    expect(await answer.body.return?.()).toEqual({ done: true, value: undefined });
    expect(await pull).toEqual({ done: true, value: undefined });
    expect(await answer.body.next()).toEqual({ done: true, value: undefined });
    expect((await connection.closed) - at).toBeLessThan(50);
  });

  test("after the end changes nothing and keeps the connection", async () => {
    const upstream = server.upstream();
    const controller = new AbortController();
    const asked = upstream.ask(asking({ signal: controller.signal }));
    const connection = await server.connection();
    await connection.request();
    connection.write(whole("{}"));
    const answer = await asked;
    await readAll(answer);
    controller.abort(gone);
    await answer.body.return?.();
    const again = upstream.ask(asking());
    await connection.request();
    connection.write(whole("again"));
    expect((await readAll(await again)).toString()).toBe("again");
    expect(server.accepted()).toBe(1);
  });
});
