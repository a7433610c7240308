import * as z from "zod";
import { contentKinds, type FallbackCause, type HedgeSpec, strategies } from "../core/routing.ts";
import { countFrom, duration, flag, numberOf, settings, weight } from "./fields.ts";
import { paramsJsonSchema } from "./params-fields.ts";
import { parseDuration } from "./units.ts";

/** What the file may say of how models are chosen, and of what happens when one cannot serve. */

const expectedHedge = "expected true, false, p95 or a time such as 800ms";

/** false: never. */
const hedge = z
  .union([z.boolean(), z.string()], { error: expectedHedge })
  .transform((given, ctx): HedgeSpec | false => {
    const word = String(given).trim();
    if (word === "false") return false;
    if (word === "true" || word === "p95") return { after: "p95" };
    const after = parseDuration(word);
    if (after !== undefined) return { after };
    ctx.addIssue({ code: "custom", message: expectedHedge, params: { shown: true } });
    return z.NEVER;
  });

const hedgeHelp =
  "Ask a second place when the answer has not begun after so long: a time, or p95 (also true) for that within which 95 of 100 answers began.";

const cause = (what: string, standard: "on" | "off" = "on") => flag.nullish().describe(`${what} Default: ${standard}.`);

const fallbackOn = z.strictObject({
  rate_limit: cause("The provider's rate limit, and no other key can serve."),
  quota: cause("A quota or the money is used up."),
  server_error: cause("The provider failed, or could not be reached."),
  timeout: cause("The answer did not begin in time."),
  credentials: cause("The key was refused."),
  context_window: cause("The request is too long for the model."),
  content_filter: cause("The provider's filter held the answer back.", "off"),
} satisfies Record<FallbackCause, z.ZodType>);

export const targetShape = {
  model: z
    .string({ error: "expected provider/model" })
    .describe("provider/model: a provider's name, a slash, and its name for a model."),
  weight: weight(" (a target is switched off by enabled: false)")
    .nullish()
    .describe("Its share, with the strategy weighted; how much it can bear, with least-busy. Default: 1."),
  timeout: duration.nullish().describe("How long it may take until its answer begins. Default: as the timeouts say."),
  retries: countFrom(0)
    .nullish()
    .describe("How often it is tried anew after a failure of the network or the server. Default: routing.retries."),
  params: settings
    .meta(paramsJsonSchema())
    .nullish()
    .describe("Defaults for what the client does not set: temperature, max_output_tokens, reasoning, …"),
  enabled: flag.nullish().describe("false: as if it were not here. Default: true."),
};

const target = z
  .union([z.string(), z.strictObject(targetShape)], { error: "expected provider/model, or settings with model" })
  .meta({ id: "target", description: "provider/model, or settings with it under model." });

const targets = z.union([target, z.array(target)]);

const kind = z.enum(contentKinds);

export const conditionSchema = z.strictObject(
  {
    input_tokens_over: countFrom(1).nullish().describe("The request has more tokens, by an estimate."),
    input_tokens_under: countFrom(1).nullish().describe("The request has fewer tokens, by an estimate."),
    has: z
      .union([kind, z.array(kind)], { error: `expected one or several of ${contentKinds.join(", ")}` })
      .nullish()
      .describe("The request has content of this kind, or of all these kinds."),
    stream: flag.nullish().describe("Whether the answer is asked for piece by piece."),
    metadata: z.record(z.string(), z.string()).nullish().describe("The request's metadata have these entries."),
  },
  { error: "expected a condition, such as { has: image } or { input_tokens_over: 100000 }" },
);

export const conditionalShape = {
  if: conditionSchema.describe("All that is given has to hold."),
  use: targets.describe("The targets that serve then, tried in this order."),
};

export const planShape = {
  strategy: z
    .enum(strategies)
    .nullish()
    .describe(
      "Which target is first; the others follow when it cannot serve. fallback: as listed. weighted: by chance. round-robin: in turn. least-latency, least-cost, least-busy: as they say. Default: fallback.",
    ),
  targets: targets.describe("Who serves, as provider/model."),
  when: z
    .array(z.strictObject(conditionalShape))
    .nullish()
    .describe("Other targets for some requests. The first condition that holds decides."),
  fallback_on: fallbackOn
    .nullish()
    .describe("Causes for which the next target is tried, in place of routing.fallback_on."),
  hedge: hedge.nullish().describe(`${hedgeHelp} Default: routing.hedge.`),
  affinity: flag
    .nullish()
    .describe("Whether a conversation stays where it was answered before, for its cache. Default: routing.affinity."),
};

/** For editors; the loader takes it apart, so that a fault of one target hides nothing of the others. */
export const modelSchema = z.union([z.string(), z.array(target), z.strictObject(planShape)], {
  error: "expected provider/model, a list of them, or a plan with targets",
});

const breaker = z.strictObject({
  window: duration.nullish().describe("The sliding window over which failures are counted. Default: 30s."),
  min_requests: countFrom(1).nullish().describe("With fewer requests in the window it does not open. Default: 10."),
  failure_rate: numberOf((rate) => rate > 0 && rate <= 1, "a share over 0 and up to 1, such as 0.5")
    .nullish()
    .describe("It opens at this share of failures. Default: 0.5."),
  open: duration.nullish().describe("How long it stays open before one request may try. Default: 30s."),
});

export const routingSchema = z.strictObject({
  retries: countFrom(0)
    .nullish()
    .describe("How often a target is tried anew after a failure of the network or the server. Default: 2."),
  backoff: z
    .strictObject({
      first: duration
        .nullish()
        .describe("The longest wait before the first retry; it doubles each time. Default: 250ms."),
      most: duration.nullish().describe("It never gets longer. Default: 8s."),
    })
    .nullish()
    .describe("How long to wait before a retry: a random time, up to these."),
  fallback_on: fallbackOn.nullish().describe("Causes for which a plan's next target is tried."),
  affinity: z
    .union(
      [
        flag,
        z.strictObject({
          enabled: flag.nullish().describe("Default: true."),
          remember: duration.nullish().describe("For how long after a conversation's last turn. Default: 1h."),
        }),
      ],
      { error: "expected true, false, or settings such as { remember: 1h }" },
    )
    .nullish()
    .describe("Whether a conversation stays where it was answered before, for the provider's cache. Default: true."),
  hedge: hedge.nullish().describe(`${hedgeHelp} Default: false.`),
  breaker: z
    .union([flag, breaker], {
      error: "expected true, false, or settings such as { failure_rate: 0.5, open: 30s }",
    })
    .nullish()
    .describe("A model that fails too often is left alone for a while. Default: on."),
  model_list: duration.nullish().describe("How long a provider's list of models is good for. Default: 10m."),
});

export type RoutingEntry = z.output<typeof routingSchema>;
export type FallbackEntry = z.output<typeof fallbackOn>;
export type ConditionEntry = z.output<typeof conditionSchema>;
