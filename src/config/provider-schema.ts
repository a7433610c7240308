import * as z from "zod";
import { baseUrl, countFrom, duration, flag, headerName, headerValue, patterns, text, weight } from "./fields.ts";

/** What the file may say of a provider. */

export const timeoutsSchema = z.strictObject({
  request: duration.nullish().describe("How long a call may take, from its first byte to its last. Default: 120s."),
  connect: duration.nullish().describe("How long to wait for a connection to a provider. Default: 10s."),
  first_byte: duration
    .nullish()
    .describe(
      "How long to wait for the first byte of a provider's answer. Default: 60s for a stream; for an answer that comes whole, as long as the call may take.",
    ),
  idle: duration.nullish().describe("How long a provider may be silent in the middle of an answer. Default: 60s."),
});

const rotationModes = ["balanced", "sequential"] as const;

const limit = countFrom(1, ", and without it there is no limit");

const credential = z.strictObject({
  key: text.describe("The key itself, best as a variable."),
  name: text
    .refine((name) => /^[^\s\p{Cc}]{1,64}$/u.test(name), {
      error: "expected a name of up to 64 characters, without spaces",
    })
    .nullish()
    .describe("What people call it, in logs and in the ledger too. Default: the key, masked."),
  weight: weight("")
    .nullish()
    .describe("Its share of the requests, relative to the other keys of its tier. Default: 1."),
  tier: countFrom(1)
    .nullish()
    .describe("1 is used first; a higher one only when no key of a lower one can serve. Default: 1."),
  concurrency: limit.nullish().describe("The most requests at a time. Default: no limit."),
  rpm: limit.nullish().describe("The most requests in a minute. Default: no limit."),
  tpm: limit.nullish().describe("The most tokens in a minute, input and output together. Default: no limit."),
});

const rotation = z.union(
  [
    z.enum(rotationModes),
    z.strictObject({
      mode: z.enum(rotationModes).nullish().describe("Default: balanced."),
      tolerance: countFrom(0)
        .nullish()
        .describe(
          "Keys whose use is within so many requests of the least used one are chosen among by chance. Default: 0.",
        ),
      window: duration.nullish().describe("How far back use is counted. Default: 1h."),
    }),
  ],
  { error: "expected balanced, sequential, or settings such as { mode: balanced, tolerance: 3, window: 1h }" },
);

const quotaGroups = z
  .array(
    patterns.refine((group) => group.length > 0, { error: "is an empty group: list models that share a rate limit" }),
    { error: "expected a list of groups, such as [[model-a, model-b*], [model-c]]" },
  )
  .superRefine((groups, ctx) => {
    groups.forEach((group, i) => {
      const before = groups.slice(0, i).findIndex((other) => other.some((pattern) => group.includes(pattern)));
      if (before === -1) return;
      ctx.addIssue({ code: "custom", path: [i], message: `has a model of quota_groups[${before}], too: join the two` });
    });
  });

export const providerSchema = z.strictObject({
  preset: z
    .string()
    .nullish()
    .describe("The provider this one is like. Not needed where the name says it. Presets know base_url and dialects."),
  dialect: z
    .string()
    .nullish()
    .describe(
      "The language it is spoken to in. Presets know theirs; of several, this is the one that other dialects' requests are translated into.",
    ),
  base_url: baseUrl.nullish().describe("Where it is: what the vendor's own SDK takes as its base URL."),
  keys: z
    .array(
      z.union([text, credential], { error: "expected a key as a text, or settings such as { key: …, name: team-b }" }),
    )
    .nullish()
    .describe("Its API keys. Without them those in the environment are used, such as NAME_API_KEY, NAME_API_KEY_1, …"),
  rotation: rotation
    .nullish()
    .describe(
      "How its keys take turns. balanced: the one least used, relative to its weight. sequential: one until it cannot serve. Default: balanced.",
    ),
  quota_groups: quotaGroups
    .nullish()
    .describe("Models that share a rate limit: lists of names, where * stands for any characters."),
  models: z
    .strictObject({
      allow: patterns
        .refine((allowed) => allowed.length > 0, {
          error: "is empty: leave it out to allow all, or switch the provider off with enabled: false",
        })
        .nullish()
        .describe("Only these. * stands for any characters. Default: all."),
      deny: patterns.nullish().describe("Not these, even when they are allowed."),
    })
    .nullish()
    .describe("Which of its models clients may ask for."),
  enabled: flag
    .nullish()
    .describe("false: as if it were not here, its keys in the environment included. Default: true."),
  headers: z
    .record(headerName, headerValue)
    .nullish()
    .describe("Headers to send with each request, beside those the gateway sends."),
  timeouts: timeoutsSchema.nullish().describe("Timeouts of this provider, in place of the general ones."),
});

const anyText = z.string().nullish().catch(undefined);

/** What an entry refers to, whatever else may be wrong with it. */
export const providerReferences = z.object({ preset: anyText, dialect: anyText }).catch({});

export type ProviderEntry = z.output<typeof providerSchema>;
export type KeyEntry = NonNullable<ProviderEntry["keys"]>[number];
export type RotationEntry = ProviderEntry["rotation"];
export type TimeoutsEntry = z.output<typeof timeoutsSchema>;
