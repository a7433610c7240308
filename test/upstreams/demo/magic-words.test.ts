import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/core/error.ts";
import { magicWords } from "../../../src/upstreams/demo/script.ts";
import { ask, demoWith, requestOf, stream } from "./ask.ts";

const user = (content: unknown) => ({ messages: [{ role: "user", content }] });

describe("magic words", () => {
  test("/reason thinks first", async () => {
    const whole = await ask("/reason What is two and two?");
    expect(whole.message?.reasoning_content).toContain("The message has 5 words.");
    expect(whole.message?.content).toContain("- Your message: “What is two and two?”");
    const streamed = await stream("/reason\n/say four");
    const kinds = streamed.chunks.flatMap(({ choices }) => Object.keys(choices[0]?.delta ?? {}));
    expect(kinds.indexOf("reasoning_content")).toBeLessThan(kinds.indexOf("content"));
  });

  test("/long says as many words", async () => {
    const { message } = await ask("/long 500");
    expect(message?.content?.split(/\s+/).length).toBe(500);
    expect(message?.content).toMatch(/^word1 word2 .*word500\.$/s);
  });

  test("/refuse declines", async () => {
    const { message, choice } = await ask("/refuse");
    expect(message?.refusal).toContain("I am told to decline");
    expect(choice?.finish_reason).toBe("content_filter");
  });

  test("/slow waits before each word", async () => {
    const waits: number[] = [];
    const streamed = await stream("/slow 200ms\n/echo one two three", { waits });
    expect(streamed.text()).toBe("one two three");
    expect(waits).toEqual([200, 200, 200]);
    waits.length = 0;
    await ask("/slow 2s\n/echo one two three", { waits });
    expect(waits).toEqual([6000]);
  });

  test("/slow lets whoever is tired of waiting leave", async () => {
    const gone = new Error("gone");
    const controller = new AbortController();
    const request = requestOf({ ...user("/slow 60s Hello"), stream: true }, controller.signal);
    const { body } = await demoWith().ask(request);
    const pull = body.next();
    controller.abort(gone);
    await expect(pull).rejects.toBe(gone);
    await expect(body.next()).rejects.toBe(gone);

    const { body: other } = await demoWith().ask(requestOf({ ...user("/slow 60s Hello"), stream: true }));
    const waiting = other.next();
    await other.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await other.next()).toEqual({ done: true, value: undefined });
  });

  test.each([400, 401, 404, 429, 500, 503, 529])("/fail %i answers with this status", async (status) => {
    const { json, ...answer } = await ask(`/fail ${status}`);
    expect(answer).toMatchObject({
      status,
      contentType: "application/json",
      retryAfterMs: status === 429 ? 1000 : undefined,
    });
    expect(json.error?.message).toContain(`fails with status ${status}`);
    expect((await stream(`/fail ${status}`)).status).toBe(status);
  });

  test("/fail says how long to wait", async () => {
    expect((await ask("/fail 503 30s")).retryAfterMs).toBe(30_000);
    expect((await ask("/fail 429 250ms")).retryAfterMs).toBe(250);
  });

  test("/cut breaks off in the middle, like a socket", async () => {
    const streamed = await stream("/cut\n/echo one two three four");
    expect(streamed.failed).toMatchObject({ code: "upstream_cut", provider: "demo" });
    expect(streamed.text()).toBe("one two");
    expect(streamed.finish()).toBeUndefined();
    const whole = await ask("/cut\n/echo one two three four");
    expect(whole.status).toBe(200);
    expect(whole.failed).toMatchObject({ code: "upstream_cut", provider: "demo" });
    expect(whole.pieces.length).toBe(1);
  });

  test("/cut never lets an end through, however short the answer", async () => {
    for (const said of ["/cut\n/echo", "/cut\n/say x", "/cut\n/echo x y"]) {
      const { failed, finish, isDone } = await stream(said);
      expect([said, failed !== undefined, finish(), isDone]).toEqual([said, true, undefined, false]);
    }
  });

  test("/error fails in the middle, and says so", async () => {
    const streamed = await stream("/error\n/echo one two three four");
    expect(streamed.failed).toBeUndefined();
    expect(streamed.isDone).toBe(false);
    expect(streamed.finish()).toBeUndefined();
    expect(streamed.chunks.at(-1)?.error?.message).toContain("fails in the middle");
    expect((await ask("/error Hi")).status).toBe(500);
  });

  test("/hang never answers, until the caller leaves", async () => {
    const gone = new GatewayError("deadline_exceeded", "too late");
    const controller = new AbortController();
    const asked = demoWith().ask(requestOf(user("/hang"), controller.signal));
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    asked.then(settle, settle);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toBe(false);
    controller.abort(gone);
    await expect(asked).rejects.toBe(gone);
  });

  test("are told by help, and all of them are in the documentation", async () => {
    const documentation = await readFile(new URL("../../../docs/demo.md", import.meta.url), "utf8");
    for (const said of ["help", "Help!", "/help"]) {
      const { message } = await ask(said);
      for (const [form] of magicWords) expect(message?.content).toContain(form);
    }
    for (const [form] of magicWords) expect(documentation).toContain(form.split(" ")[0]);
  });

  test.each([
    ["/fail 200", "/fail takes a status from 400 to 599"],
    ["/fail soon", "/fail takes a status from 400 to 599"],
    ["/fail 429 soon", "/fail takes a status from 400 to 599"],
    ["/long much", "/long takes a number of words"],
    ["/long 10001", "/long takes a number of words"],
    ["/slow down", "/slow takes a time"],
    ["/slow 2h", "/slow takes a time"],
    ["/dance now", "There is no magic word /dance"],
  ])("that are wrong are explained: %s", async (said, why) => {
    const { status, message } = await ask(said);
    expect(status).toBe(200);
    expect(message?.content).toContain(why);
  });

  test.each(["/etc/passwd is a file", "and/or", "see /fail 500", "/api.v1", "/Fail 500"])(
    "have to begin the message: %s is none",
    async (said) => {
      const { status, message } = await ask(said);
      expect(status).toBe(200);
      expect(message?.content).toContain(`- Your message: “${said}”`);
      expect(message?.content).not.toContain("no magic word");
    },
  );
});
