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
import { invalidRequest } from "../../core/invalid-request.ts";
import { WireObject } from "../../core/wire-object.ts";
import { isRecord } from "../../core/wire-values.ts";
import { nonEmpty } from "../../core/written.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { toJson } from "../../lib/json-text.ts";
import { reportedError } from "./error.ts";
import { dialectName, own, readUsage } from "./wire.ts";

/** "Embed" (docs.cohere.com/reference/embed). Pictures, which the contract has no place for, travel as extensions. */
export const embeddingsCodec: EmbeddingsCodec = {
  request: { read: (body) => refuseBroken(() => readRequest(body)), write: writeRequest },
  answer: { read: readAnswer, write: writeAnswer },
};

/** Where the inputs of a request are that are no plain texts. */
const otherInputs = ["images", "inputs"] as const;

function readRequest(body: JsonMembers): CreateEmbeddingsRequest {
  const wire = new WireObject(body.value(), "");
  const model = wire.string("model") ?? "";
  if (model === "") {
    throw new GatewayError("missing_model", "Model is required: set 'model' to one of those that the gateway lists.", {
      param: "model",
    });
  }
  wire.strings("embedding_types")?.forEach((type, i) => {
    const param = `embedding_types[${i}]`;
    if (type !== "float")
      throw invalidRequest(param, `'${param}': this gateway answers 'float' only, found '${type}'.`);
  });
  const read = create(CreateEmbeddingsRequestSchema, {
    model,
    input: wire.strings("texts") ?? [],
    dimensions: wire.count("output_dimension"),
    inputType: readInputType(wire.string("input_type") ?? ""),
  });
  const others = otherInputs.filter((key) => (wire.array(key) ?? []).length > 0);
  for (const key of otherInputs) wire.leave(key);
  if (read.input.length === 0 && others.length === 0) {
    throw invalidRequest("texts", "'texts' is required: an array with at least one text.");
  }
  read.extensions = wire.rest(dialectName, "", (key) => body.text(key));
  return read;
}

/** "Embed", input_type: the contract's words, and other vendors', in Cohere's. It is required of all models since v3. */
const inputTypes: ReadonlyMap<string, string> = new Map([
  ["query", "search_query"],
  ["document", "search_document"],
  ["passage", "search_document"],
  ["separation", "clustering"],
]);

/** Words that others know as well are given theirs. */
const readInputType = (word: string): string =>
  word === "search_query" ? "query" : word === "search_document" ? "document" : word;

/** Cohere's words look so, the ones that are yet to come among them; these of other vendors do not, or mean nothing. */
const ownLook = /^(?!similarity$)[a-z]+(?:_[a-z]+)*$/;

function writeInputType({ input, inputType, extensions }: CreateEmbeddingsRequest, drops: Drops): string {
  const word = inputTypes.get(inputType) ?? inputType;
  if (ownLook.test(word)) return word;
  drops.ifSet("input_type", word);
  return input.length === 0 && extensions[own("images")] !== undefined ? "image" : "search_document";
}

function writeRequest(request: CreateEmbeddingsRequest, { model }: RequestTarget): WrittenRequest {
  const { input, inputTokens, extensions } = request;
  const drops = new Drops(dialectName);
  drops.ifSet("end_user_id", request.endUserId);
  const hasOthers = otherInputs.some((key) => extensions[own(key)] !== undefined);
  if (inputTokens.length > 0) {
    const what = "'input_tokens': this provider takes texts, not tokens. Send the texts as 'input'.";
    throw new GatewayError("unsupported_field", what, { param: "input_tokens" });
  }
  if (input.length === 0 && !hasOthers) throw invalidRequest("input", "'input' has to hold at least one text.");
  const body: Members = {
    model,
    texts: nonEmpty(input),
    input_type: writeInputType(request, drops),
    embedding_types: ["float"],
    output_dimension: request.dimensions,
  };
  drops.graft(body, extensions, "");
  return { body: toJson(body), dropped: drops.paths };
}

/** Also takes the plain list of vectors that Embed gives where no types are asked for. */
function readAnswer(wire: unknown): EmbeddingsAnswer {
  const answer = isRecord(wire) ? wire : {};
  const error = reportedError(answer, "");
  if (error !== undefined) throw error;
  const { embeddings } = answer;
  const list = isRecord(embeddings) ? embeddings.float : embeddings;
  if (!Array.isArray(list)) throw malformedEmbeddings("it has no 'embeddings.float'");
  const vectors = list.map((vector: unknown, i) => readVector(vector, `embeddings.float[${i}]`));
  const { billed_units, tokens, cached_tokens } = isRecord(answer.meta) ? answer.meta : {};
  const usage = readUsage({ billed_units, tokens, cached_tokens });
  return { model: "", vectors, usage }; // the answer does not name its model
}

function writeAnswer({ vectors, usage }: EmbeddingsAnswer, { input }: CreateEmbeddingsRequest): string {
  return toJson({
    id: "", // the contract has none
    response_type: "embeddings_by_type",
    embeddings: { float: vectors },
    texts: input,
    meta: { api_version: { version: "2" }, billed_units: { input_tokens: usage?.inputTokens ?? 0 } },
  });
}
