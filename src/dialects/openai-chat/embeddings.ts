import { create } from "@bufbuild/protobuf";
import {
  type CreateEmbeddingsRequest,
  CreateEmbeddingsRequestSchema,
} from "../../../gen/causeway/chat/v1/service_pb.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import type { EmbeddingsAnswer, EmbeddingsCodec, RequestTarget, WrittenRequest } from "../../core/dialect.ts";
import { Drops } from "../../core/drops.ts";
import { malformedEmbeddings, readVector } from "../../core/embeddings.ts";
import { GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import { missingModel } from "../../core/invalid-request.ts";
import { readBase64 } from "../../core/media.ts";
import { WireObject } from "../../core/wire-object.ts";
import { isRecord, text } from "../../core/wire-values.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { toJson } from "../../lib/json-text.ts";
import { reportedError } from "../openai/error.ts";
import { embeddingWordsOf } from "./variant.ts";
import { dialectName, readUsage } from "./wire.ts";

/** "Create embeddings" (platform.openai.com/docs/api-reference/embeddings). */
export const embeddingsCodec: EmbeddingsCodec = {
  request: { read: (body) => refuseBroken(() => readRequest(body)), write: writeRequest },
  answer: { read: readAnswer, write: writeAnswer },
};

const encoding = `${dialectName}/encoding_format`;

function readRequest(body: JsonMembers): CreateEmbeddingsRequest {
  const wire = new WireObject(body.value(), "");
  const model = wire.string("model") ?? "";
  if (model === "") throw missingModel();
  wire.oneOf("encoding_format", ["float", "base64"]);
  wire.leave("encoding_format");
  const read = create(CreateEmbeddingsRequestSchema, {
    model,
    dimensions: wire.count("dimensions"),
    inputType: wire.string("input_type"), // not OpenAI's: NVIDIA and others take it
    endUserId: wire.string("user"),
  });
  readInput(wire, read);
  read.extensions = wire.rest(dialectName, "", (key) => body.text(key));
  return read;
}

/** A text, texts, a text's token ids, or several texts' token ids. */
function readInput(wire: WireObject, read: CreateEmbeddingsRequest): void {
  const given = wire.raw("input");
  if (typeof given === "string") read.input = [given];
  const list =
    typeof given === "string" ? [given] : wire.required("input", wire.array("input"), "a string or an array");
  if (list.length === 0) {
    throw new GatewayError("invalid_request", "'input' has to hold at least one text.", { param: "input" });
  }
  const [first] = list;
  if (typeof first === "number") read.inputTokens = [tokenIds(list, "input")];
  else if (Array.isArray(first)) read.inputTokens = list.map((ids, i) => tokenIds(ids, `input[${i}]`));
  else if (typeof given !== "string") read.input = wire.strings("input") ?? [];
}

function tokenIds(ids: unknown, path: string): { $typeName: "causeway.chat.v1.TokenIds"; ids: number[] } {
  const isId = (id: unknown): id is number =>
    typeof id === "number" && Number.isInteger(id) && id >= 0 && id <= 0xffffffff;
  if (Array.isArray(ids) && ids.every(isId)) return { $typeName: "causeway.chat.v1.TokenIds", ids };
  throw new GatewayError("invalid_request", `'${path}': expected an array of token ids, which are whole numbers.`, {
    param: path,
  });
}

/** Fields of the contract by their names on the wire, where these differ. */
const contractNames: ReadonlyMap<string, string> = new Map([
  ["user", "end_user_id"],
  ["output_dimension", "dimensions"],
]);

function writeRequest(request: CreateEmbeddingsRequest, target: RequestTarget): WrittenRequest {
  const drops = new Drops(dialectName);
  const words = embeddingWordsOf(target);
  const { inputType, extensions } = request;
  if (!words.inputType) drops.ifSet("input_type", inputType);
  const tokens = request.inputTokens.map(({ ids }) => ids);
  if (tokens.length > 0) drops.ifSet("input", request.input);
  const body: Members = {
    model: target.model,
    input: tokens.length > 0 ? tokens : request.input,
    [words.dimensions]: request.dimensions,
    input_type: words.inputType ? inputType || undefined : undefined,
    user: request.endUserId || undefined,
  };
  for (const field of words.refuses) {
    if (body[field] === undefined) continue;
    body[field] = undefined;
    drops.add(contractNames.get(field) ?? field);
  }
  drops.graft(body, extensions, "");
  body.encoding_format ??= "float";
  return { body: toJson(body), dropped: drops.paths };
}

function readAnswer(wire: unknown): EmbeddingsAnswer {
  const answer = isRecord(wire) ? wire : {};
  const error = reportedError(answer);
  if (error !== undefined) throw error;
  const { data } = answer;
  if (!Array.isArray(data)) throw malformedEmbeddings("it has no 'data'");
  const vectors: (readonly number[] | undefined)[] = Array.from(data, () => undefined);
  data.forEach((item: unknown, i) => {
    const { index = i, embedding } = isRecord(item) ? item : {};
    if (typeof index !== "number" || !(index in vectors) || vectors[index] !== undefined) {
      throw malformedEmbeddings(`'data[${i}].index' is no place of its own in the list`);
    }
    vectors[index] = readVector(
      typeof embedding === "string" ? readFloats(embedding) : embedding,
      `data[${i}].embedding`,
    );
  });
  return { model: text(answer.model), vectors: vectors.map((v) => v ?? []), usage: readUsage(answer.usage) };
}

function writeAnswer({ model, vectors, usage }: EmbeddingsAnswer, request: CreateEmbeddingsRequest): string {
  const isBase64 = request.extensions[encoding] === '"base64"';
  return toJson({
    object: "list",
    data: vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: isBase64 ? writeFloats(vector) : [...vector],
    })),
    model,
    usage: { prompt_tokens: usage?.inputTokens ?? 0, total_tokens: usage?.inputTokens ?? 0 },
  });
}

/** `encoding_format: "base64"`: the bytes of 32-bit floats, least significant byte first. undefined for what is none. */
function readFloats(base64: string): number[] | undefined {
  const bytes = readBase64(base64);
  if (bytes === undefined || bytes.length % 4 !== 0) return undefined;
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
}

function writeFloats(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, i) => void bytes.writeFloatLE(value, i * 4));
  return bytes.toString("base64");
}
