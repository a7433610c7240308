import { timestampMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Credential, CredentialState } from "../../gen/causeway/admin/v1/admin_pb.ts";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import { answered, json, message, refused, type Script, textFor, write } from "./script.ts";
import { keyNamed, nameOfKey, providerAt } from "./server.ts";
import { byKey, type FaultWorld, startWorld } from "./world.ts";

/** A limit is believed as the provider tells it: that credential is left alone for so long, and the others serve. */

interface Form {
  readonly name: string;
  readonly script: () => Script;
  /** How long the credential is left alone. */
  readonly ms: number;
  /** How many in a row came without a time. */
  readonly step?: number;
  readonly dialect?: "anthropic";
}

const limited = (headers: Readonly<Record<string, string>>, status = 429): Script =>
  refused(status, { type: "rate_limit_error", headers });
const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
const retryInfo = "type.googleapis.com/google.rpc.RetryInfo";

const forms: readonly Form[] = [
  { name: "retry-after in seconds", script: () => limited({ "retry-after": "30" }), ms: 30_000 },
  { name: "retry-after as a date", script: () => limited({ "retry-after": inSeconds(45).toUTCString() }), ms: 45_000 },
  { name: "retry-after-ms", script: () => limited({ "retry-after-ms": "25500", "retry-after": "26" }), ms: 25_500 },
  {
    name: "OpenAI's reset of requests",
    script: () =>
      limited({
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "35s",
        "x-ratelimit-remaining-tokens": "5000",
        "x-ratelimit-reset-tokens": "6m0s",
      }),
    ms: 35_000,
  },
  {
    name: "OpenAI's reset of tokens",
    script: () =>
      limited({
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-limit-tokens": "1000",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "1m30s",
      }),
    ms: 90_000,
  },
  {
    name: "Anthropic's reset of input tokens",
    script: () =>
      limited({
        "anthropic-ratelimit-input-tokens-limit": "1000",
        "anthropic-ratelimit-input-tokens-remaining": "0",
        "anthropic-ratelimit-input-tokens-reset": inSeconds(50).toISOString(),
      }),
    ms: 50_000,
    dialect: "anthropic",
  },
  {
    name: "Google's RetryInfo",
    script: () => () => {
      const details = [{ "@type": retryInfo, retryDelay: "33.5s" }];
      const error = { code: 429, message: "Quota exceeded", status: "RESOURCE_EXHAUSTED", details };
      return [write(message(429, json, JSON.stringify({ error })))];
    },
    ms: 33_500,
  },
  { name: "nothing of when", script: () => limited({}), ms: 10_000, step: 1 },
  { name: "a time that is none", script: () => limited({ "retry-after": "soon" }), ms: 10_000, step: 1 },
  { name: "402, and nothing of when", script: () => limited({}, 402), ms: 10_000, step: 1 },
];

let world: FaultWorld;
beforeAll(async () => {
  world = await startWorld((url) => {
    const keys = ["key-1", "key-2"].map((name) => keyNamed(name));
    const provider = (dialect = "openai-chat") => providerAt(url, { dialect, keys, rotation: "sequential" });
    const single = providerAt(url);
    return {
      providers: {
        ...Object.fromEntries(forms.map(({ dialect }, at) => [`form-${at}`, provider(dialect)])),
        ...{ all: provider(), models: provider(), short: single, plain: single },
        grouped: { ...provider(), quota_groups: [["large", "large-*"]] },
      },
      models: { either: { targets: ["all/m", "plain/either-b"], affinity: false } },
    };
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const tolerance = 2000;

async function credentialOf(provider: string, name = "key-1"): Promise<Credential> {
  const found = (await world.credentials(provider)).find((credential) => credential.name === name);
  if (found === undefined) throw new Error(`${provider} has no ${name}`);
  return found;
}

/** How long the first of its cooldowns has yet to run. */
const coolsFor = ({ cooldowns: [first] }: Credential): number =>
  first?.until === undefined ? 0 : timestampMs(first.until) - Date.now();

const keysSeen = (model: string): string[] => world.server.journal.of(model).map(({ asked }) => nameOfKey(asked.key));

test.for(forms.map((form, at): [string, Form, number] => [form.name, form, at]))("%s", async ([, form, at]) => {
  const provider = `form-${at}`;
  const model = `m-${at}`;
  world.book.on(model, byKey({ "key-1": form.script() }));
  const first = await world.ask(openaiSdk, `${provider}/${model}`);
  expect(first.text).toBe(textFor({ prompt: `${provider}/${model}` }));
  expect(keysSeen(model)).toEqual(["key-1", "key-2"]);

  const cooled = await credentialOf(provider);
  expect(cooled.state).toBe(CredentialState.COOLING);
  expect(cooled.cooldowns).toMatchObject([{ scope: model, step: form.step ?? 0 }]);
  expect(Math.abs(coolsFor(cooled) - form.ms)).toBeLessThan(tolerance);
  expect((await credentialOf(provider, "key-2")).state).toBe(CredentialState.READY);

  await world.ask(openaiSdk, `${provider}/${model}`);
  expect(keysSeen(model)).toEqual(["key-1", "key-2", "key-2"]);
});

describe("when all credentials are out", () => {
  test("the client hears 429, with the soonest time, and nobody is asked in vain", async () => {
    world.book.on("m", byKey({ "key-1": limited({ "retry-after": "40" }), "key-2": limited({ "retry-after": "20" }) }));
    for (const attempts of [2, 0]) {
      const prompt = `all-${attempts}`;
      const { error, headers } = await world.ask(openaiSdk, "all/m", { prompt });
      expect(error).toMatchObject({ status: 429, code: attempts === 2 ? expect.any(String) : "rate_limited" });
      expect(headers.get("retry-after")).toBe("20");
      const row = await world.gateway.ledger.row(headers.get("causeway-request-id") ?? "");
      expect(row).toMatchObject({ status: Status.ERROR, errorCode: "rate_limited", attempts });
    }
    expect(keysSeen("m")).toEqual(["key-1", "key-2"]);
  });

  test("another provider serves at once", async () => {
    const { text, headers } = await world.ask(openaiSdk, "either");
    expect(text).toBe(textFor({ prompt: "either" }));
    expect(headers.get("causeway-attempts")).toBe("1");
    expect(keysSeen("m")).toEqual(["key-1", "key-2"]); // of the test before
    const { steps } = await world.explain("either");
    expect(steps.filter(({ kind }) => kind.case === "skipped")).toHaveLength(2);
  });

  test("a short time is waited for", async () => {
    world.book.on("short", limited({ "retry-after-ms": "120" }), answered);
    const { text } = await world.ask(openaiSdk, "short/short");
    expect(text).toBe(textFor({ prompt: "short/short" }));
    const [row] = await world.gateway.ledger.waitForRows("short/short", 1);
    expect(row).toMatchObject({ status: Status.OK, attempts: 2 });
    expect(row?.durationUs).toBeGreaterThanOrEqual(120_000n);
    const waits = (await world.explain("short/short")).steps.filter(({ kind }) => kind.case === "wait");
    expect(waits).toHaveLength(1);
  });
});

test("a limit holds for its model, and for the models that share it", async () => {
  const script = byKey({ "key-1": limited({ "retry-after": "60" }) });
  for (const model of ["one", "large", "large-2"]) world.book.on(model, script);
  await world.ask(openaiSdk, "models/one");
  await world.ask(openaiSdk, "models/two");
  expect(keysSeen("two")).toEqual(["key-1"]);

  await world.ask(openaiSdk, "grouped/large");
  await world.ask(openaiSdk, "grouped/large-2");
  await world.ask(openaiSdk, "grouped/small");
  expect(keysSeen("large-2")).toEqual(["key-2"]);
  expect(keysSeen("small")).toEqual(["key-1"]);
});
