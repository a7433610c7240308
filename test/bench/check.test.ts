import { expect, test } from "vitest";
import { type Check, createChecker } from "./check.ts";
import { createScenarios } from "./scenarios.ts";
import { answerJson, streamEvents } from "./wire.ts";

const scenarios = createScenarios({ quick: true, sliceMs: 1 });

function checkOf(name: string): Check {
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`There is no scenario ${name}.`);
  return scenario.request.check;
}

/** What is wrong with a stream of these events, after a right one was seen. */
function wrongWith(events: readonly string[]): string | undefined {
  const check = createChecker(checkOf("stream-4"));
  expect(check(Buffer.from(streamEvents(10, false).join("")))).toBeUndefined();
  return check(Buffer.from(events.join("")));
}

test("takes the mock's own answers for right, whole and streamed, with usage and without", () => {
  expect(createChecker(checkOf("whole-4"))(Buffer.from(answerJson()))).toBeUndefined();
  expect(wrongWith(streamEvents(10, true))).toBeUndefined();
});

test("takes a stream for right whose events are written otherwise", () => {
  const spaced = streamEvents(10, false).map((event) => event.replaceAll('":', '": ').replaceAll("ü", "\\u00fc"));
  spaced[9] = streamEvents(10, false)[9] ?? "";
  expect(wrongWith(spaced)).toBeUndefined();
});

test("checks a stream of another dialect by data alone", () => {
  const event = (type: string, more: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
  const delta = (text: string) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
  const start = event("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
  const stop = event("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } });
  const end = event("message_stop", {});
  const check = createChecker({
    contentType: "text/event-stream",
    textKey: "text",
    text: 'say "hü"',
    contains: ['"stop_reason":"end_turn"'],
    end,
  });
  expect(check(Buffer.from(start + delta("say ") + delta('"hü"') + stop + end))).toBeUndefined();
  expect(check(Buffer.from(start + delta("say ") + stop + end))).toContain("the text is not what the upstream said");
});

test("finds an event that is missing, doubled or out of order", () => {
  const events = streamEvents(10, false);
  const [fourth = "", fifth = ""] = events.slice(4, 6);
  expect(wrongWith(events.toSpliced(4, 1))).toContain("the text is not what the upstream said");
  expect(wrongWith(events.toSpliced(4, 0, fourth))).toContain("the text is not what the upstream said");
  expect(wrongWith(events.toSpliced(4, 2, fifth, fourth))).toContain("the text is not what the upstream said");
});

test("finds a stream that was cut off, or ended twice", () => {
  const events = streamEvents(10, false);
  expect(wrongWith(events.slice(0, -1))).toContain("it does not end with");
  expect(wrongWith(events.toSpliced(9, 1))).toContain('"finish_reason":"stop" is missing');
  expect(wrongWith([...events, "\n"])).toContain("it does not end with");
});

test("finds an event that is not JSON", () => {
  expect(wrongWith(streamEvents(10, false).with(4, 'data: {"id":"x"\n\n'))).toContain("an event is not JSON");
});

test("finds a whole answer whose text or usage was changed", () => {
  const check = createChecker(checkOf("whole-4"));
  expect(check(Buffer.from(answerJson().replace("1889", "1890")))).toContain("the text is not what the upstream said");
  expect(check(Buffer.from(answerJson().replace('"prompt_tokens":181', '"prompt_tokens":0')))).toContain("is missing");
  expect(check(Buffer.from(answerJson().slice(0, -1)))).toContain("the body is not JSON");
});
