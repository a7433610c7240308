/**
 * Validators made of OpenAI's own document, for answers that claim to speak its language. They return the faults with
 * their places, or an empty list:
 *
 *     test.skipIf(theirsMissing)("a whole answer is what OpenAI documents", async () => {
 *       expect(validateAnswer(await response.json())).toEqual([]);
 *     });
 *
 * The document is read at the first use, which takes a second. Without it they throw.
 */
import { loadSchemas, theirDocument, theirsMissing } from "./documents.ts";
import { createValidator, mapSchemas, prune, type Schema, type Schemas, type Validate } from "./schema.ts";

export { theirsMissing } from "./documents.ts";

if (theirsMissing !== undefined) console.warn(`SKIPPED: ${theirsMissing}`);

/** OpenAI's names for the schemas that matter here. */
export const theirNames = {
  request: "CreateChatCompletionRequest",
  answer: "CreateChatCompletionResponse",
  chunk: "CreateChatCompletionStreamResponse",
  error: "ErrorResponse",
  modelList: "ListModelsResponse",
  model: "Model",
} as const;

/** Mends what keeps a JSON Schema validator from reading the document as it is meant. */
function mend({
  discriminator,
  nullable,
  ...schema
}: Schema & { discriminator?: unknown; nullable?: boolean }): Schema {
  const typed = schema.properties !== undefined && schema.type === undefined ? { ...schema, type: "object" } : schema;
  return nullable === true ? { anyOf: [typed, { type: "null" }] } : typed; // OpenAPI 3.0's word, in a 3.1 document
}

/** A value that is made at the first call. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The part of OpenAI's document that is about chat completions and models. */
export const theirSchemas: () => Schemas = once(() => {
  if (theirsMissing !== undefined) throw new Error(theirsMissing);
  return mapSchemas(prune(loadSchemas(theirDocument), Object.values(theirNames)), mend);
});

function validator(name: string): Validate {
  const validate = once(() => createValidator(theirSchemas(), name));
  return (json) => validate()(json);
}

/** The body of a POST to /v1/chat/completions. */
export const validateRequest = validator(theirNames.request);
/** A whole answer to it. */
export const validateAnswer = validator(theirNames.answer);
/** The data of one event of a streamed answer, [DONE] aside. */
export const validateChunk = validator(theirNames.chunk);
/** The body of an answer whose status is not 2xx. */
export const validateError = validator(theirNames.error);
/** The answer to GET /v1/models. */
export const validateModelList = validator(theirNames.modelList);
/** The answer to GET /v1/models/{model}. */
export const validateModel = validator(theirNames.model);
