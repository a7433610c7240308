import { create } from "@bufbuild/protobuf";
import { FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { type Usage, UsageSchema, UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { Dialect } from "../core/dialect.ts";
import type { Exchange } from "../core/exchange.ts";
import { unfoldResponse } from "../core/fold.ts";
import type { TokenCounter } from "../core/ports.ts";
import { textOfEvents, textOfRequest } from "../core/text.ts";

/**
 * The usage of an answer whose provider did not report one, because it was cut off or because it never does: counted
 * from the request and from what came. undefined when the provider was not reached, or failed before it said anything.
 */
export async function estimateUsage(exchange: Exchange, tokens: TokenCounter): Promise<Usage | undefined> {
  const dialect = exchange.tongue?.dialect;
  if (dialect === undefined || exchange.responseBytes === 0) return undefined;
  const kept = exchange.call.request.kind === "embeddings" ? "" : answerText(exchange, dialect);
  if (exchange.status === "error" && kept === "") return undefined; // a refusal costs nothing
  // what was not kept is taken to be like what was
  const scale = exchange.keptBytes === 0 ? 0 : exchange.responseBytes / exchange.keptBytes;
  return create(UsageSchema, {
    inputTokens: await tokens.count(requestText(exchange)),
    outputTokens: Math.round((await tokens.count(kept)) * scale),
    source: exchange.status === "ok" ? UsageSource.ESTIMATED : UsageSource.PARTIAL,
  });
}

/**
 * The usage of an answer that was cut off, from what its provider had reported by then. Some report at the start, when
 * nothing was said yet: what the model said until the cut is then the estimate.
 */
export function upToTheCut(reported: Usage, estimated: Usage | undefined, finish: FinishReason): Usage {
  if (reported.source === UsageSource.REPORTED) reported.source = UsageSource.PARTIAL;
  if (estimated === undefined || finish !== FinishReason.UNSPECIFIED) return reported;
  reported.outputTokens = Math.max(reported.outputTokens, estimated.outputTokens);
  if (reported.inputTokens === 0) reported.inputTokens = estimated.inputTokens;
  return reported;
}

/** What a tokenizer counts of a request. */
export function requestText(exchange: Exchange): string {
  const { request } = exchange.call;
  return request.kind === "embeddings" ? request.embeddings.input.join("\n") : textOfRequest(exchange.chat());
}

function answerText(exchange: Exchange, dialect: Dialect): string {
  return exchange.call.stream ? streamedText(exchange, dialect) : wholeText(exchange, dialect);
}

/** Up to where the stream says that it failed, or makes no sense. */
function streamedText({ response }: Exchange, { stream }: Dialect): string {
  const reader = stream.reader();
  let text = "";
  try {
    for (const bytes of response) text += textOfEvents(reader.read(bytes));
  } catch {
    // what came before was the model's, and is paid for
  }
  return text;
}

function wholeText({ response }: Exchange, { answer }: Dialect): string {
  try {
    return textOfEvents(unfoldResponse(answer.read(JSON.parse(Buffer.concat(response).toString("utf8")))));
  } catch {
    return ""; // half of it, or an error: nothing to count
  }
}
