import { describe, expect, test } from "vitest";
import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { openaiChat } from "../../../src/dialects/openai-chat/index.ts";
import { delta, head, read, wire } from "./chunks.ts";

const { stream } = openaiChat;

describe("watching", () => {
  const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
  const usageEvent = { ...head, choices: [], usage };
  const see = (bytes: Buffer | string, hideUsage = true) => {
    const watcher = stream.watcher({ hideUsage });
    return { watcher, relayed: watcher.see(Buffer.from(bytes)).toString("utf8") };
  };

  test("bytes without anything to cut are passed on as they are", () => {
    const bytes = wire(delta({ content: "a" }));
    expect(stream.watcher({ hideUsage: true }).see(bytes)).toBe(bytes);
  });

  test("the end is cut wherever it stands", () => {
    const { watcher, relayed } = see("data: {}\n\ndata:[DONE]\n\n: bye\n\n");
    expect(relayed).toBe("data: {}\n\n: bye\n\n");
    expect(watcher).toMatchObject({ finished: true, ended: true });
  });

  test("an end that is said in an answer's text is none", () => {
    const { watcher, relayed } = see(wire(delta({ content: "data: [DONE]\n\n[DONE]" })));
    expect(relayed).toContain("[DONE]");
    expect(watcher).toMatchObject({ finished: false, ended: false });
  });

  test("a comment says nothing", () => {
    const comment = ': "finish_reason":"stop" "usage":{} [DONE] "error":{}\n\n';
    const { watcher, relayed } = see(comment);
    expect(relayed).toBe(comment);
    expect(watcher).toMatchObject({ finished: false, ended: false, usage: undefined });
  });

  test("keys inside other objects say nothing", () => {
    const { watcher, relayed } = see(
      wire({ ...delta({ content: "a" }), x: { finish_reason: "stop", usage, error: { a: 1 } } }),
    );
    expect(relayed).toContain('"x"');
    expect(watcher).toMatchObject({ finished: false, usage: undefined });
  });

  test("a hidden event is cut with its name, its id and its comments", () => {
    const before = "event: a\nid: 1\ndata: {}\n\n";
    const after = "event: c\nid: 3\ndata: {}\n\n";
    const hidden = `: so\nevent: b\nid: 2\ndata: ${JSON.stringify(usageEvent)}\nretry: 3\n\n`;
    expect(see(before + hidden + after).relayed).toBe(before + after);
  });

  test.each(["\n", "\r\n", "\r"])("lines may end in %j", (lineEnd) => {
    const event = (data: unknown): string => `data: ${JSON.stringify(data)}${lineEnd}${lineEnd}`;
    const text = event(delta({ content: "a" }));
    const finish = event(delta({}, { finish_reason: "length" }));
    const { watcher, relayed } = see(`${text}${event(usageEvent)}${finish}data: [DONE]${lineEnd}${lineEnd}`);
    expect(relayed).toBe(text + finish);
    expect(watcher).toMatchObject({ finishReason: FinishReason.LENGTH, ended: true, usage: { inputTokens: 3 } });
  });

  test("an event of several data lines is one event", () => {
    const json = JSON.stringify(usageEvent).replaceAll(",", ",\ndata: ");
    const { watcher, relayed } = see(`data: ${json}\n\n`);
    expect(relayed).toBe("");
    expect(watcher.usage).toMatchObject({ inputTokens: 3, outputTokens: 4 });
  });

  test("usage beside choices is passed on, whoever asked for it", () => {
    const bytes = wire({ ...delta({ content: "a" }), usage });
    const { watcher, relayed } = see(bytes);
    expect(relayed).toBe(bytes.toString("utf8"));
    expect(watcher.usage).toMatchObject({ inputTokens: 3 });
  });

  test("usage that makes no sense is none, and is hidden all the same", () => {
    const { watcher, relayed } = see(wire({ ...head, choices: [], usage: { prompt_tokens: "many" } }));
    expect(relayed).toBe("");
    expect(watcher.usage).toBe(undefined);
  });

  test("the last usage counts", () => {
    const more = { ...usageEvent, usage: { ...usage, completion_tokens: 9 } };
    expect(see(wire(usageEvent, more)).watcher.usage).toMatchObject({ outputTokens: 9 });
  });

  test("of several choices the first to finish tells the reason", () => {
    const end = (index: number, reason: string) => ({
      ...head,
      choices: [{ index, delta: {}, finish_reason: reason }],
    });
    expect(see(wire(end(1, "length"), end(0, "stop"))).watcher.finishReason).toBe(FinishReason.LENGTH);
  });

  test.each([
    ["an object", '{"error":{"message":"no","type":"server_error"}}', "no"],
    ["a text", '{"error":"no"}', "no"],
    ["with spaces", '{ "error" : { "message" : "no" } }', "no"],
    [
      "in vLLM's older form",
      '{"object":"error","message":"no","type":"BadRequestError","param":null,"code":400}',
      "no",
    ],
    ["beside choices", '{"choices":[{"index":0,"delta":{}}],"error":{"code":502,"message":"no"}}', "no"],
  ])("an error that is %s throws, as it does for a reader", (_, data, message) => {
    expect(() => see(`data: ${data}\n\n`)).toThrow(message);
    expect(() => read(data)).toThrow(message);
  });

  test.each(['{"error":null,"choices":[]}', '{"error":{},"choices":[]}', '{"error":"","choices":[]}'])(
    "%s reports no error",
    (data) => {
      expect(() => see(`data: ${data}\n\n`)).not.toThrow();
      expect(() => read(data)).not.toThrow();
    },
  );

  test("a status in an error is the status it would have been", () => {
    const failure = (code: number): unknown => expect.objectContaining({ status: code });
    expect(() => read('{"error":{"code":429,"message":"slow"}}')).toThrow(failure(429));
    expect(() => read('{"error":{"code":7,"message":"?"}}')).toThrow(failure(502));
  });
});
