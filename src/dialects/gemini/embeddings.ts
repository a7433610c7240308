import { create } from "@bufbuild/protobuf";
import {
  type CreateEmbeddingsRequest,
  CreateEmbeddingsRequestSchema,
} from "../../../gen/causeway/chat/v1/service_pb.ts";
import { type Usage, UsageSchema, UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import type { EmbeddingsAnswer, EmbeddingsCodec, RequestTarget, WrittenRequest } from "../../core/dialect.ts";
import { Drops, userJson } from "../../core/drops.ts";
import { malformedEmbeddings, readVector } from "../../core/embeddings.ts";
import { GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import { invalidRequest } from "../../core/invalid-request.ts";
import { count, isRecord, type Wire } from "../../core/wire-values.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { toJson } from "../../lib/json-text.ts";
import { reportedError } from "./error.ts";
import { GoogleObject } from "./google-object.ts";
import { readTaskType, writeTaskType } from "./task-types.ts";
import { readUsage } from "./usage.ts";
import { dialectName, modelPath, wordsOf } from "./wire.ts";

/**
 * "Embeddings" (ai.google.dev/api/embeddings): embedContent takes one text, batchEmbedContents several. Providers are
 * asked for a batch. Vertex AI has a form of its own ("Text embeddings API", docs.cloud.google.com/vertex-ai).
 */
export const embeddingsCodec: EmbeddingsCodec = {
  request: { read: (body) => refuseBroken(() => readRequest(body)), write: writeRequest },
  answer: { read: readAnswer, write: writeAnswer },
};

/** Set when the request was one for a single text. */
const single = `${dialectName}/single`;
/** The texts' titles, as a JSON array. */
const titles = `${dialectName}/titles`;

function readRequest(body: JsonMembers): CreateEmbeddingsRequest {
  const wire = GoogleObject.of(body);
  const isSingle = wire.raw("requests") === undefined;
  const items = isSingle ? [wire] : wire.list("requests");
  const [first, ...others] = items.map(readItem);
  if (first === undefined) throw invalidRequest("requests", "'requests' has to hold at least one request.");
  for (const item of others) refuseDifference(first, item);
  const { taskType, dimensions } = first;
  const all = [first, ...others];
  const request = create(CreateEmbeddingsRequestSchema, {
    input: all.map(({ text }) => text),
    dimensions,
    inputType: readTaskType(taskType),
    extensions: { ...(isSingle ? {} : wire.own()), ...first.extensions },
  });
  if (isSingle) request.extensions[single] = "true";
  if (all.some(({ title }) => title !== "")) request.extensions[titles] = toJson(all.map(({ title }) => title));
  return request;
}

interface ReadItem {
  readonly path: string;
  readonly text: string;
  readonly title: string;
  readonly taskType: string;
  readonly dimensions: number | undefined;
  readonly extensions: Readonly<Record<string, string>>;
}

function readItem(wire: GoogleObject): ReadItem {
  const content = wire.required("content", wire.object("content"), "an object with 'parts'");
  wire.string("model"); // the path says it as well, and counts
  return {
    path: wire.path,
    text: readText(content),
    title: wire.string("title") ?? "",
    taskType: wire.string("taskType") ?? "",
    dimensions: wire.count("outputDimensionality"),
    extensions: wire.own(),
  };
}

/** The parts of a content are embedded together. */
function readText(content: GoogleObject): string {
  const parts = content.list("parts");
  if (parts.length === 0) throw invalidRequest(content.at("parts"), `'${content.at("parts")}' has to hold a text.`);
  return parts
    .map((part) => {
      const text = part.string("text");
      if (text !== undefined) return text;
      const at = part.path;
      throw new GatewayError("unsupported_field", `'${at}': only texts can be embedded here.`, { param: at });
    })
    .join("\n");
}

/** The contract has one kind and one length for all texts. */
function refuseDifference(first: ReadItem, item: ReadItem): void {
  const field =
    item.taskType !== first.taskType
      ? "taskType"
      : item.dimensions !== first.dimensions
        ? "outputDimensionality"
        : toJson(item.extensions) === toJson(first.extensions)
          ? undefined
          : Object.keys({ ...first.extensions, ...item.extensions })
              .find((key) => item.extensions[key] !== first.extensions[key])
              ?.slice(dialectName.length + 1);
  if (field === undefined) return;
  const at = `${item.path}.${field}`;
  throw new GatewayError(
    "unsupported_field",
    `'${at}' differs from that of the first request: send such texts in calls of their own.`,
    { param: at },
  );
}

function writeRequest(request: CreateEmbeddingsRequest, { model, variant }: RequestTarget): WrittenRequest {
  const drops = new Drops(dialectName);
  drops.ifSet("input_tokens", request.inputTokens);
  drops.ifSet("end_user_id", request.endUserId);
  if (request.input.length === 0)
    throw invalidRequest("input", "'input' has to hold at least one text: tokens cannot be embedded here.");
  const { [single]: _, [titles]: titleList, ...extensions } = request.extensions;
  const taskType = writeTaskType(request.inputType);
  if (taskType === undefined) drops.ifSet("input_type", request.inputType);
  const asked: Asked = { taskType, titles: readTitles(titleList), dimensions: request.dimensions };
  const body = wordsOf(model, variant).vertex
    ? writeInstances(request.input, asked, extensions, drops)
    : writeBatch(request.input, asked, modelPath(model), extensions, drops);
  return { body: toJson(body), dropped: drops.paths };
}

interface Asked {
  readonly taskType: string | undefined;
  readonly titles: readonly string[];
  readonly dimensions: number | undefined;
}

function readTitles(list: string | undefined): string[] {
  if (list === undefined) return [];
  const read: unknown = JSON.parse(userJson(list, `extensions[${titles}]`).text);
  return Array.isArray(read) ? read.map((title) => (typeof title === "string" ? title : "")) : [];
}

function writeBatch(
  texts: readonly string[],
  asked: Asked,
  model: string,
  extensions: Readonly<Record<string, string>>,
  drops: Drops,
): Members {
  const requests = texts.map((text, i): Members => {
    const item: Members = {
      model,
      content: { parts: [{ text }] },
      taskType: asked.taskType,
      title: asked.titles[i] || undefined,
      outputDimensionality: asked.dimensions,
    };
    // reported once
    (i === 0 ? drops : new Drops(dialectName)).graft(item, extensions, "");
    return item;
  });
  return { requests };
}

function writeInstances(
  texts: readonly string[],
  asked: Asked,
  extensions: Readonly<Record<string, string>>,
  drops: Drops,
): Members {
  const instances = texts.map((content, i): Members => {
    return { content, task_type: asked.taskType, title: asked.titles[i] || undefined };
  });
  const parameters: Members = { outputDimensionality: asked.dimensions };
  drops.graft(parameters, extensions, "");
  return { instances, parameters };
}

function readAnswer(wire: unknown): EmbeddingsAnswer {
  const error = reportedError(wire);
  if (error !== undefined) throw error;
  const answer = isRecord(wire) ? wire : {};
  const { embedding, embeddings, predictions } = answer;
  const usage = readUsage(answer.usageMetadata);
  if (isRecord(embedding)) return { model: "", vectors: [readValues(embedding, "embedding")], usage };
  if (Array.isArray(embeddings)) {
    return { model: "", vectors: embeddings.map((item, i) => readValues(item, `embeddings[${i}]`)), usage };
  }
  if (!Array.isArray(predictions))
    throw malformedEmbeddings("it has none of 'embeddings', 'embedding' and 'predictions'");
  const items = predictions.map((item: unknown) => (isRecord(item) ? item.embeddings : undefined));
  const vectors = items.map((item, i) => readValues(item, `predictions[${i}].embeddings`));
  return { model: "", vectors, usage: usage ?? readStatistics(items) };
}

const readValues = (wire: unknown, path: string): number[] =>
  readVector(isRecord(wire) ? wire.values : undefined, `${path}.values`);

/** Vertex AI counts each text's tokens. */
function readStatistics(items: readonly unknown[]): Usage | undefined {
  const counts = items.map((item) => {
    const statistics: Wire = isRecord(item) && isRecord(item.statistics) ? item.statistics : {};
    return count(statistics.token_count);
  });
  let inputTokens = 0;
  for (const tokens of counts) {
    if (tokens === undefined) return undefined;
    inputTokens += tokens;
  }
  if (inputTokens > 0xffffffff) return undefined;
  return create(UsageSchema, { inputTokens, source: UsageSource.REPORTED });
}

function writeAnswer({ vectors, usage }: EmbeddingsAnswer, request: CreateEmbeddingsRequest): string {
  const embeddings = vectors.map((values): Members => ({ values: [...values] }));
  const tokens = usage?.inputTokens;
  const usageMetadata = tokens === undefined ? undefined : { promptTokenCount: tokens, totalTokenCount: tokens };
  const isSingle = request.extensions[single] === "true";
  return toJson(
    isSingle ? { embedding: embeddings[0] ?? { values: [] }, usageMetadata } : { embeddings, usageMetadata },
  );
}
