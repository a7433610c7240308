import { create } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema, type ChatResponse } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { Role } from "../../gen/causeway/chat/v1/content_pb.ts";
import type { Usage } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { GatewayError } from "../core/error.ts";
import type { Exchange } from "../core/exchange.ts";
import type { Gateway } from "../core/gateway.ts";

export interface TestRequest {
  /** "provider/model", or a name of the configuration. */
  readonly model: string;
  /** A credential's name. undefined: the one whose turn it is. */
  readonly credential: string | undefined;
  readonly signal: AbortSignal;
}

/** What became of a trial. Times in µs since its start. */
export interface TargetTest {
  /** The exchange's id in the ledger. */
  readonly requestId: string;
  /** Empty: none was asked, as with the next two. */
  readonly provider: string;
  readonly model: string;
  /** The credential's name. */
  readonly credential: string;
  /** undefined: it works. */
  readonly error: GatewayError | undefined;
  /** What the model said, at most 200 characters of it. */
  readonly text: string;
  readonly askedUs: number | undefined;
  readonly headUs: number | undefined;
  readonly durationUs: number;
  readonly usage: Usage | undefined;
  /** null: the price is unknown. */
  readonly costNanoUsd: bigint | null;
}

const longestText = 200;

/** Vendors with a least number of output tokens take 16 (Responses API: max_output_tokens). */
const fewTokens = 16;

/**
 * Asks a model for one word, by the way that all requests take: with a ledger row, but without a second try elsewhere.
 * Never rejects: what goes wrong is the result's `error`.
 */
export async function testTarget(gateway: Gateway, { model, credential, signal }: TestRequest): Promise<TargetTest> {
  const exchange = gateway.open({
    facade: "admin",
    model,
    stream: false,
    usageWanted: true,
    strict: false,
    clientRequestId: "",
    request: { kind: "chat", chat: oneWord(model) },
    only: { credential },
  });
  const cancel = (): void => exchange.cancel(new GatewayError("cancelled", "Whoever asked for this test left."));
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel);
  try {
    const answer = (await gateway.whole(exchange)).read();
    return describe(exchange, textOf(answer), undefined);
  } catch (thrown) {
    return describe(exchange, "", GatewayError.from(thrown));
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

const oneWord = (model: string): ChatRequest =>
  create(ChatRequestSchema, {
    model,
    messages: [{ role: Role.USER, parts: [{ kind: { case: "text", value: { text: "Reply with the word ok." } } }] }],
    maxOutputTokens: fewTokens,
  });

function textOf({ choices: [choice] }: ChatResponse): string {
  const said = (choice?.message?.parts ?? []).map(({ kind }) =>
    kind.case === "text" || kind.case === "refusal" ? kind.value.text : "",
  );
  return [...said.join("")].slice(0, longestText).join("");
}

function describe(exchange: Exchange, text: string, error: GatewayError | undefined): TargetTest {
  const { id, trail, row } = exchange;
  const attempt = trail.steps.findLast((step) => step.kind === "attempt");
  return {
    requestId: id,
    provider: row?.provider ?? "",
    model: row?.model ?? "",
    credential: attempt?.credential ?? "",
    error,
    text,
    askedUs: attempt?.atUs,
    headUs: attempt?.headUs,
    durationUs: row?.durationUs ?? exchange.elapsed(),
    usage: row?.usage,
    costNanoUsd: row?.costNanoUsd ?? null,
  };
}
