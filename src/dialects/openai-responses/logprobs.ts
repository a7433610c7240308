import type { TokenLogprob } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { Json } from "../../lib/json-text.ts";
import * as openai from "../openai/logprobs.ts";

/** "The response object", output.content.logprobs. */

const isByte = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= 255;

/** The document knows no token without bytes: an empty list is one whose bytes nobody knows. */
const bytesCodec: openai.BytesCodec = {
  read: (bytes) =>
    Array.isArray(bytes) && bytes.length > 0 && bytes.every(isByte) ? Uint8Array.from(bytes) : undefined,
  write: (bytes) => (bytes === undefined ? [] : [...bytes]),
};

export const readLogprobs = (wire: unknown): TokenLogprob[] => openai.readLogprobs(wire, bytesCodec);

export const writeLogprobs = (entries: readonly TokenLogprob[]): Json => openai.writeLogprobs(entries, bytesCodec);
