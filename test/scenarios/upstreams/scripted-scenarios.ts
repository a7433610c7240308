import type { Scenario } from "../scenarios.ts";
import { type Answer, startScriptedUpstream } from "./scripted.ts";
import type { UpstreamKind } from "./upstream.ts";
import { beginStream, completion, completionEvents, done, write, writeInPieces } from "./wire.ts";

/** The scripted server, which can do all of it: also what aimock cannot, and with the bytes cut anywhere. */
export const scripted: UpstreamKind = {
  name: "scripted",
  model: ({ slug }) => slug,
  async start(scenarios) {
    const server = await startScriptedUpstream();
    for (const scenario of scenarios) server.on(scenario.slug, answerOf(scenario));
    return {
      provider: { dialect: "openai-chat", base_url: server.url, keys: ["sk-scripted-0123456789abcdef"] },
      lastRequest: (model) => JSON.parse(server.received(model).at(-1)?.body ?? "null"),
      close: () => server.close(),
    };
  },
};

/** Of characters an event, and of bytes a write: neither fits the other, or any character. */
const pieceLength = 3;
const writeLength = 101;

function answerOf({ slug, answer }: Scenario): Answer {
  return async ({ body, response }) => {
    const isStream = /"stream":\s*true/.test(body);
    const withUsage = /"include_usage":\s*true/.test(body);
    if (answer.kind === "refusal" || (answer.kind === "failure" && !isStream)) {
      const retryAfter = answer.retryAfter === undefined ? {} : { "retry-after": String(answer.retryAfter) };
      response.writeHead(answer.status, { "content-type": "application/json", ...retryAfter });
      response.end(JSON.stringify({ error: answer.error }));
      return;
    }
    if (!isStream && answer.kind !== "failure") {
      const text = Buffer.from(completion(slug, answer));
      response.writeHead(200, { "content-type": "application/json", "content-length": text.length });
      await write(response, answer.kind === "cut" ? text.subarray(0, text.length >> 1) : text);
      if (answer.kind === "cut") response.destroy();
      else response.end();
      return;
    }
    beginStream(response);
    const told = answer.kind === "failure" ? { ...answer, calls: [], finish: "stop" as const, usage: noUsage } : answer;
    const events = completionEvents(slug, told, { pieceLength, withUsage });
    switch (answer.kind) {
      case "whole":
        await writeInPieces(response, events.join("") + done, writeLength);
        response.end();
        return;
      case "cut":
        await writeInPieces(response, events.slice(0, events.length >> 1).join(""), writeLength);
        response.destroy();
        return;
      case "failure":
        await write(response, events.slice(0, events.length >> 1).join("") + moreThanARead);
        response.end(`data: ${JSON.stringify({ error: answer.error })}\n\n`);
        return;
      default:
        answer satisfies never;
    }
  };
}

/** Comments of so many bytes that what follows comes with another read (of 64 KB at most): the answer has begun by then. */
const moreThanARead = `: ${"-".repeat(1000)}\n\n`.repeat(70);

const noUsage = { input: 0, output: 0 };
