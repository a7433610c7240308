import { once } from "node:events";
import { createServer } from "node:http";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import {
  Affinity,
  AttemptOutcome,
  type ExplainRequestResponseSchema,
  SkipReason,
  StatsService,
  Status,
  type TrailStepSchema,
  WaitReason,
} from "../../gen/causeway/stats/v1/stats_pb.ts";
import { afterTest, run } from "./fixtures.ts";

type Explanation = MessageInitShape<typeof ExplainRequestResponseSchema>;
type Step = MessageInitShape<typeof TrailStepSchema>;

const id = "019a5c3e-7d10-7abc-9def-0123456789ab";
const time = (text: string) => timestampFromDate(new Date(text));

const request = {
  id,
  startedAt: time("2026-11-21T14:03:22.120Z"),
  facade: "rest",
  clientDialect: "dialect-a",
  alias: "smart",
  provider: "two",
  model: "large",
  credential: "sk-…9abc",
  stream: true,
  status: Status.OK,
  finishReason: "stop",
  attempts: 2,
  durationUs: 1_250_000n,
  usage: { inputTokens: 1200, cacheReadTokens: 1000, outputTokens: 90, source: UsageSource.REPORTED },
  costNanoUsd: 1_200_000n,
  priceVersion: "genai-prices@1.2.3",
  serviceTier: "flex",
  reportedCostNanoUsd: 1_300_000n,
  cacheSavedNanoUsd: -250_000n,
};

const steps: Step[] = [
  {
    atUs: 400n,
    kind: {
      case: "skipped",
      value: {
        target: "one/fast",
        credential: "first",
        why: SkipReason.COOLING,
        until: time("2026-11-21T14:04:00.320Z"),
      },
    },
  },
  {
    atUs: 500n,
    kind: {
      case: "attempt",
      value: {
        target: "one/fast",
        credential: "second",
        outcome: AttemptOutcome.FAILED,
        headUs: 300_000n,
        endUs: 312_000n,
        upstreamStatus: 429,
        errorCode: "rate_limited",
        errorMessage: `Rate limit reached for fast in organisation acme on tokens per min. (TPM):\n\u001b[31m limit 30000, ${"x".repeat(80)}`,
        usage: { inputTokens: 1200, source: UsageSource.ESTIMATED },
      },
    },
  },
  { atUs: 312_100n, kind: { case: "wait", value: { durationUs: 200_000n, why: WaitReason.BACKOFF } } },
  {
    atUs: 512_100n,
    kind: {
      case: "attempt",
      value: {
        target: "two/large",
        credential: "third",
        hedge: true,
        outcome: AttemptOutcome.ANSWERED,
        headUs: 700_000n,
        begunUs: 900_000n,
        endUs: 1_249_600n,
        usage: { inputTokens: 1200, outputTokens: 90, source: UsageSource.REPORTED }, // is in the row, too
      },
    },
  },
  { atUs: 900_100n, kind: { case: "skipped", value: { target: "three/x", why: SkipReason.BREAKER } } },
];

const explained: Explanation = {
  request,
  trail: {
    strategy: "least-latency",
    condition: "when[1]",
    affinity: Affinity.MOVED,
    candidates: ["one/fast", "two/large", "three/x"],
    steps,
  },
  phases: {
    plannedUs: 300n,
    askedUs: 500n,
    headUs: 700_000n,
    begunUs: 900_000n,
    endedUs: 1_249_600n,
    totalUs: 1_250_000n,
  },
};

/** A gateway whose ledger holds this; and what it was asked. */
async function startGateway(held: Explanation | undefined = explained) {
  const asked: { readonly id: string; readonly key: string | null }[] = [];
  const server = createServer(
    connectNodeAdapter({
      routes: ({ service }) =>
        service(StatsService, {
          listRequests: ({ pageSize }) => ({
            requests: held?.request === undefined ? [] : [held.request].slice(0, pageSize),
          }),
          explainRequest(request, { requestHeader }) {
            asked.push({ id: request.id, key: requestHeader.get("authorization") });
            if (held === undefined || request.id !== held.request?.id) throw new ConnectError("No.", Code.NotFound);
            return held;
          },
        }),
    }),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  afterTest(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, asked };
}

test("A request's way is told: what was decided, each step on its time, the phases, and what it took.", async () => {
  const { url, asked } = await startGateway();
  const { code, out, err } = await run(["explain", id, "--url", url, "--key", "secret"]);
  expect([code, err]).toEqual([0, ""]);
  expect(asked).toEqual([{ id, key: "Bearer secret" }]);
  expect(`\n${out}`).toBe(`
Request 019a5c3e-7d10-7abc-9def-0123456789ab  2026-11-21 14:03:22.120 UTC
  asked      smart, as a stream, through rest (dialect-a)
  outcome    answered by two/large with sk-…9abc, ended with stop
  took       1250.0 ms · 1200 tokens in (1000 cached), 90 out · $0.0012
  price      from genai-prices@1.2.3 · served as flex · the provider says $0.0013 · its cache saved
             -$0.00025

Decided
  strategy   least-latency
  condition  when[1] holds: its targets are used
  affinity   the conversation moved: where it was answered before could not serve
  order      1. one/fast
             2. two/large
             3. three/x

Steps (░ asked, ▒ head is there, █ answer runs, · waiting)
      0.4 ms                            passed over one/fast with first: at its provider's rate
                                        limit or quota, for another 38.2 s
      0.5 ms  ░░░░░░                    asked one/fast with second
                                          failed after 311.5 ms: 429 rate_limited: Rate limit
                                          reached for fast in organisation acme on tokens per min.
                                          (TPM): [31m limit 30000,
                                          xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                                          xxxxxxxxxxxxxxxxxxxxxx
                                          took 1200 tokens in, 0 out, estimated · price unknown
    312.1 ms       ·····                waited 200.0 ms before trying again
    512.1 ms           ░░░░▒▒▒▒███████  asked two/large with third, beside the one that ran
                                          answered after 737.5 ms (head 187.9 ms, begun 387.9 ms)
    900.1 ms                            passed over three/x: its circuit breaker is open

Phases
  planned         0.3 ms      +0.3 ms   the candidates were in order
  asked           0.5 ms      +0.2 ms   a provider was asked for the first time
  head          700.0 ms    +699.5 ms   the head of the answer was there
  begun         900.0 ms    +200.0 ms   the answer began
  ended        1249.6 ms    +349.6 ms   the answer was whole, or given up
  total        1250.0 ms      +0.4 ms   all was over
`);
  expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
});

test("Without an id it is the last request; with --json it is what the gateway said.", async () => {
  const { url, asked } = await startGateway();
  const { code, out } = await run(["explain", "--json"], { env: { CAUSEWAY_URL: url } });
  expect(code).toBe(0);
  expect(asked).toEqual([{ id, key: null }]);
  expect(JSON.parse(out)).toMatchObject({
    request: { id, costNanoUsd: "1200000" },
    trail: {
      strategy: "least-latency",
      steps: [{ atUs: "400", skipped: { why: "SKIP_REASON_COOLING" } }, {}, {}, {}, {}],
    },
    phases: { totalUs: "1250000" },
  });
});

test("A name that means nothing is told with why, and without a timeline.", async () => {
  const errorMessage = "There is no model 'smrt'.";
  const failed = {
    id,
    alias: "smrt",
    facade: "grpc",
    clientDialect: "causeway",
    status: Status.ERROR,
    durationUs: 900n,
  };
  const { url } = await startGateway({
    request: { ...failed, errorCode: "model_not_found", errorMessage },
    trail: {},
    phases: { totalUs: 900n },
  });
  expect((await run(["explain", "--url", url])).out).toBe(
    `Request ${id}
  asked      smrt, through grpc (causeway)
  outcome    failed: model_not_found: There is no model 'smrt'.
  took       0.9 ms · tokens unknown · price unknown

Decided
  Nothing: there was no place to try.

Phases
  total           0.9 ms      +0.9 ms   all was over
`,
  );
});

test("A row from a version without trails is told as far as it goes.", async () => {
  const { url } = await startGateway({ request, phases: { askedUs: 500n, totalUs: 1_250_000n } });
  const { code, out } = await run(["explain", "--url", url]);
  expect(code).toBe(0);
  expect(out).toContain(
    "Decided\n  Not known: the row is from a version of Causeway that did not keep it.\n\nPhases\n",
  );
  expect(out).toMatch(/asked +0.5 ms/);
});

test("A name for one model is said to be one, and a failure that a step tells is told once.", async () => {
  const errorMessage = "It is overloaded.";
  const value = { target: "one/m", outcome: AttemptOutcome.FAILED, errorCode: "upstream_overloaded", errorMessage };
  const { url } = await startGateway({
    request: { ...request, status: Status.ERROR, errorCode: "upstream_overloaded", errorMessage },
    trail: { candidates: ["one/m"], steps: [{ atUs: 9n, kind: { case: "attempt", value } }] },
    phases: { totalUs: 100n },
  });
  const { out } = await run(["explain", "--url", url]);
  expect(out).toContain("outcome    failed: upstream_overloaded\n");
  expect(out).toContain("strategy   none: the name means one model\n  order      1. one/m\n");
  expect(out.split(errorMessage)).toHaveLength(2);
});

test("An id that the ledger does not have, and a ledger that is empty, are said with what to do.", async () => {
  const { url } = await startGateway();
  const unknown = await run(["explain", "x", "--url", url]);
  expect([unknown.code, unknown.out]).toEqual([1, ""]);
  expect(unknown.err).toBe(
    `The ledger of the gateway at ${url} has no request with this id. An answer bears its id in the header ` +
      "causeway-request-id; without an id the last request is explained.\n",
  );
  const empty = await startGateway({});
  const { code, err } = await run(["explain", "--url", empty.url]);
  expect([code, err]).toEqual([1, `The ledger of the gateway at ${empty.url} has no requests yet.\n`]);
});

test("A gateway that does not run, and a person who does not wait, end it.", async () => {
  const { code, err } = await run(["explain", "--url", "http://127.0.0.1:1"]);
  expect([code, err]).toEqual([1, "no gateway answers at http://127.0.0.1:1: start one with 'npm start'\n"]);
  const { url } = await startGateway();
  const interrupted = await run(["explain", "--url", url], { signal: AbortSignal.abort() });
  expect([interrupted.code, interrupted.err]).toEqual([130, "Interrupted.\n"]);
});

test("The help says how to call it.", async () => {
  const { code, out } = await run(["explain", "--help"]);
  expect(code).toBe(0);
  expect(out).toContain("Usage: causeway explain [options] [id]");
  expect(out).toContain("Examples:\n  causeway explain\n");
});
