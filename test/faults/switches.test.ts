import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { type FallbackCause, fallbackCauses } from "../../src/core/routing.ts";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import type { ConfigFile } from "../scenarios/gateway.ts";
import { chunk, hold, lastChunk, refused, reset, type Script, streamHead, textFor, write } from "./script.ts";
import { providerAt } from "./server.ts";
import { type FaultWorld, startWorld } from "./world.ts";

/** Each cause of falling back can be switched: off, what the first place says goes back at once. */

interface Cause {
  readonly script: Script;
  readonly stream?: boolean;
  readonly standard: "on" | "off";
}

const wait = { "retry-after": "60" };

const filteredStream: Script = ({ model }) => {
  const choices = [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: "content_filter" }];
  const event = { id: "x", object: "chat.completion.chunk", created: 0, model, choices };
  return [write(streamHead), write(chunk(`data: ${JSON.stringify(event)}\n\ndata: [DONE]\n\n`)), write(lastChunk)];
};

const causes: Readonly<Record<FallbackCause, readonly Cause[]>> = {
  rate_limit: [{ script: refused(429, { type: "rate_limit_error", headers: wait }), standard: "on" }],
  quota: [
    { script: refused(402, { type: "billing_error", headers: wait }), standard: "on" },
    {
      script: refused(429, { type: "insufficient_quota", code: "insufficient_quota", headers: wait }),
      standard: "on",
    },
  ],
  server_error: [
    { script: refused(500, { type: "server_error" }), standard: "on" },
    { script: () => [reset], standard: "on" },
  ],
  timeout: [{ script: () => [hold()], standard: "on" }],
  credentials: [
    { script: refused(401, { type: "authentication_error" }), standard: "on" },
    { script: refused(403, { type: "permission_error" }), standard: "on" },
  ],
  context_window: [
    { script: refused(400, { type: "invalid_request_error", code: "context_length_exceeded" }), standard: "on" },
  ],
  content_filter: [
    { script: refused(400, { type: "invalid_request_error", code: "content_filter" }), standard: "off" },
    { script: filteredStream, stream: true, standard: "off" },
  ],
};

const settings = ["standard", "on", "off"] as const;
const cases = fallbackCauses.flatMap((cause) =>
  causes[cause].flatMap((entry, nth) =>
    settings.map((setting) => ({ ...entry, cause, setting, name: `${cause.replace("_", "-")}-${nth}-${setting}` })),
  ),
);

let world: FaultWorld;
beforeAll(async () => {
  world = await startWorld((url) => {
    const providers: Record<string, ConfigFile> = { other: providerAt(url) };
    const models: Record<string, ConfigFile> = {};
    for (const { cause, setting, name } of cases) {
      providers[name] = providerAt(url); // of its own: some of this locks the key
      const first = { model: `${name}/${name}-a`, ...(cause === "timeout" ? { timeout: "100ms" } : {}) };
      const fallbackOn = setting === "standard" ? {} : { fallback_on: { [cause]: setting === "on" } };
      models[name] = { targets: [first, `other/${name}-b`], affinity: false, ...fallbackOn };
    }
    return { providers, models };
  });
});
afterAll(() => world[Symbol.asyncDispose]());

describe.each(fallbackCauses)("%s", (wanted) => {
  test.for(cases.filter(({ cause }) => cause === wanted).map((one) => [one.name, one] as const))(
    "%s",
    async ([, { name, script, stream = false, setting, standard }]) => {
      world.book.on(`${name}-a`, script);
      const outcome = await world.ask(openaiSdk, name, { stream });
      const falls = (setting === "standard" ? standard : setting) === "on";
      const [row] = await world.gateway.ledger.waitForRows(name, 1);
      expect(row?.attempts).toBe(falls ? 2 : 1);
      expect(world.server.journal.of(`${name}-b`)).toHaveLength(falls ? 1 : 0);
      if (falls) {
        expect(outcome.error).toBeUndefined();
        expect(outcome.text).toBe(textFor({ prompt: name }));
        expect(row?.status).toBe(Status.OK);
      } else if (script === filteredStream) {
        expect(outcome.finish.native).toBe("content_filter"); // an answer, if an empty one
      } else {
        expect(outcome.error?.status).toBeGreaterThanOrEqual(400);
        expect(row?.status).toBe(Status.ERROR);
      }
    },
  );
});
