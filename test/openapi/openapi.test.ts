import { describe, expect, test } from "vitest";
import { loadSchemas, ourDocument } from "./documents.ts";
import {
  theirNames,
  theirSchemas,
  theirsMissing,
  validateAnswer,
  validateChunk,
  validateError,
  validateModel,
  validateModelList,
  validateRequest,
} from "./reference.ts";
import { sample } from "./samples.ts";
import { createClosedValidator, createValidator, mapSchemas, type Schemas, type Validate } from "./schema.ts";

const ourSchemas = loadSchemas(ourDocument);

/** Fields that we name and OpenAI's document does not, for what other providers made common. */
const ownFields = [
  "reasoning_content",
  "reasoning_details",
  "extra_content",
  "context_window",
  "input_modalities",
  "pricing",
];

const withoutOwnFields = mapSchemas(ourSchemas, ({ properties, ...schema }) => {
  if (properties === undefined) return schema;
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).filter(([key]) => !ownFields.includes(key))),
  };
});

interface Faulty {
  readonly sample: unknown;
  readonly faults: readonly string[];
}

const faultsOf = (samples: readonly unknown[], validate: Validate): Faulty[] =>
  samples.map((one) => ({ sample: one, faults: validate(one) })).filter(({ faults }) => faults.length > 0);

/** What the gateway sends: our name, theirs, and theirs as a validator. */
const sent = [
  ["ChatCompletion", theirNames.answer, validateAnswer],
  ["ChatCompletionChunk", theirNames.chunk, validateChunk],
  ["ErrorAnswer", theirNames.error, validateError],
  ["ModelList", theirNames.modelList, validateModelList],
  ["Model", theirNames.model, validateModel],
] as const;

describe.skipIf(theirsMissing)("beside OpenAI's own document", () => {
  describe.each(sent)("our %s", (ours, theirs, validate) => {
    test("says nothing that theirs forbids", () => {
      expect(faultsOf(sample(ourSchemas, ours, { unlisted: false }), validate)).toEqual([]);
    });

    test("names no field that theirs does not, apart from those listed", () => {
      const samples = sample(withoutOwnFields, ours, { unlisted: false });
      expect(faultsOf(samples, createClosedValidator(theirSchemas(), theirs))).toEqual([]);
    });
  });

  /** All requests that theirs allows; parts of an allOf that contradict each other make some that it does not. */
  const requests = (options: { unlisted: boolean }): unknown[] =>
    sample(theirSchemas(), theirNames.request, options).filter((request) => validateRequest(request).length === 0);

  test("every request that theirs allows is allowed by ours", () => {
    const samples = requests({ unlisted: true });
    expect(samples.length).toBeGreaterThan(500);
    expect(faultsOf(samples, createValidator(ourSchemas, "ChatCompletionRequest"))).toEqual([]);
  });

  test("every field of a request that theirs names is named by ours", () => {
    expect(faultsOf(requests({ unlisted: false }), createClosedValidator(ourSchemas, "ChatCompletionRequest"))).toEqual(
      [],
    );
  });

  test.each([
    ["a finish reason of our own", { FinishReason: { enum: ["stop", "error"] } }],
    ["a required field that may be missing", { Usage: { type: "object", required: ["total_tokens"] } }],
    ["a field of another type", { UnixSeconds: { type: "string" } }],
  ])("%s would be noticed", (_, changes: Schemas) => {
    const samples = sample({ ...ourSchemas, ...changes }, "ChatCompletion", { unlisted: false });
    expect(faultsOf(samples, validateAnswer)).not.toEqual([]);
  });

  test("a field of our own would be noticed", () => {
    const changed = {
      ...withoutOwnFields,
      Usage: { type: "object", properties: { promt_tokens: { type: "integer" } } },
    };
    const validate = createClosedValidator(theirSchemas(), theirNames.answer);
    expect(faultsOf(sample(changed, "ChatCompletion", { unlisted: false }), validate)).not.toEqual([]);
  });
});
