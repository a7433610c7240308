import type { EmbeddingsAnswer, EmbeddingsCodec } from "../../core/dialect.ts";
import { Drops } from "../../core/drops.ts";
import { GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import { toJson } from "../../lib/json-text.ts";
import { reportedError } from "./error.ts";
import { dialectName, isRecord, readUsage, text } from "./wire.ts";

/** "Create embeddings" (platform.openai.com/docs/api-reference/embeddings). */
export const embeddingsCodec: EmbeddingsCodec = {
  write(request, model) {
    const drops = new Drops(dialectName);
    drops.ifSet("input_type", request.inputType);
    const body: Members = {
      model,
      input: request.input,
      dimensions: request.dimensions,
      user: request.endUserId || undefined,
      encoding_format: "float",
    };
    drops.graft(body, request.extensions, "");
    return { body: toJson(body), dropped: drops.paths };
  },

  read(wire): EmbeddingsAnswer {
    const answer = isRecord(wire) ? wire : {};
    const error = reportedError(answer);
    if (error !== undefined) throw error;
    const { data } = answer;
    if (!Array.isArray(data)) throw malformed("it has no 'data'");
    const vectors: (readonly number[] | undefined)[] = Array.from(data, () => undefined);
    data.forEach((item: unknown, i) => {
      const { index = i, embedding } = isRecord(item) ? item : {};
      if (typeof index !== "number" || !(index in vectors) || vectors[index] !== undefined) {
        throw malformed(`'data[${i}].index' is no place of its own in the list`);
      }
      if (!isVector(embedding)) throw malformed(`'data[${i}].embedding' is no array of numbers`);
      vectors[index] = embedding;
    });
    return { model: text(answer.model), vectors: vectors.map((v) => v ?? []), usage: readUsage(answer.usage) };
  },
};

const isVector = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((component) => typeof component === "number");

const malformed = (why: string): GatewayError =>
  new GatewayError("upstream_malformed", `The provider's answer is no list of embeddings: ${why}.`);
