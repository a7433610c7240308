import type { GatewayError } from "./error.ts";
import { malformedAnswer } from "./malformed.ts";

/** `why`: what is wrong with an answer that should hold a vector for each text. */
export const malformedEmbeddings = (why: string): GatewayError => malformedAnswer(`is no list of embeddings: ${why}`);

/** `path`: where it stands in the answer. Throws GatewayError "upstream_malformed". */
export function readVector(value: unknown, path: string): number[] {
  if (Array.isArray(value) && value.every((component) => typeof component === "number")) return value;
  throw malformedEmbeddings(`'${path}' is no array of numbers`);
}
