import { clearField, clone, isFieldSet, merge } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { CreateEmbeddingsRequest } from "../../gen/causeway/chat/v1/service_pb.ts";
import type { Dialect, RequestTarget, WrittenRequest } from "../core/dialect.ts";
import { GatewayError } from "../core/error.ts";
import { type Call, dialectOf, type Exchange } from "../core/exchange.ts";
import type { Operation, Tongue, Upstream } from "../core/ports.ts";
import type { Attempt } from "../core/routing.ts";

/** What is sent to a provider, and what its dialect could not say of the request. */
export interface PreparedRequest {
  readonly operation: Operation;
  readonly tongue: Tongue;
  readonly body: Uint8Array | string;
  readonly dropped: readonly string[];
  readonly emulated: readonly string[];
}

/** Throws GatewayError for a request that cannot be made anything of. */
export function prepare(exchange: Exchange, { target, params }: Attempt): PreparedRequest {
  const { call } = exchange;
  const operation = call.request.kind === "embeddings" ? "embeddings" : "chat";
  const tongue = chooseTongue(target.upstream, operation, dialectOf(call.request));
  return { operation, tongue, ...requestBody(exchange, tongue, target.model, params) };
}

/**
 * The client's own dialect where the provider speaks it, since then nothing is translated; otherwise the provider's own.
 * Throws GatewayError "not_supported" for a provider that has no such operation.
 */
function chooseTongue(upstream: Upstream, operation: Operation, client: Dialect | undefined): Tongue {
  let own: Tongue | undefined;
  for (const tongue of upstream.tongues) {
    if (!tongue.operations.has(operation)) continue;
    if (tongue.dialect === client) return tongue;
    own ??= tongue;
  }
  if (own !== undefined) return own;
  throw new GatewayError(
    "not_supported",
    `The provider '${upstream.name}' has no ${operation}. Ask another provider.`,
    {
      provider: upstream.name,
    },
  );
}

type Written = Pick<PreparedRequest, "body" | "dropped" | "emulated">;

const nothing: readonly string[] = [];

/** The client's own bytes when both sides speak one dialect alike; otherwise the request, written anew. */
function requestBody(exchange: Exchange, tongue: Tongue, model: string, params: ChatRequest | undefined): Written {
  const { request, stream } = exchange.call;
  const { dialect, variant } = tongue;
  const target = { model, stream, variant };
  const added =
    params === undefined || request.kind === "embeddings" ? undefined : withDefaults(exchange.chat(), params);
  if (request.kind === "wire" && request.dialect === dialect && variant === undefined && added === undefined)
    return { body: dialect.request.relay(request.body, target), dropped: nothing, emulated: nothing };
  const written =
    request.kind === "embeddings"
      ? writeEmbeddings(tongue, request.embeddings, target)
      : dialect.request.write(added ?? exchange.chat(), target);
  return { body: written.body, dropped: written.dropped, emulated: written.emulated ?? nothing };
}

/** The chat with what it leaves open filled in. undefined: it leaves nothing open that there is a default for. */
function withDefaults(chat: ChatRequest, defaults: ChatRequest): ChatRequest | undefined {
  const filled = clone(ChatRequestSchema, defaults);
  let isOpen = Object.keys(defaults.extensions).some((key) => !(key in chat.extensions));
  for (const field of ChatRequestSchema.fields) {
    if (field.localName === "extensions" || !isFieldSet(defaults, field)) continue;
    if (isFieldSet(chat, field)) clearField(filled, field);
    else isOpen = true;
  }
  if (!isOpen) return undefined;
  merge(ChatRequestSchema, filled, chat);
  return filled;
}

function writeEmbeddings({ dialect }: Tongue, request: CreateEmbeddingsRequest, target: RequestTarget): WrittenRequest {
  if (dialect.embeddings !== undefined) return dialect.embeddings.request.write(request, target);
  throw new TypeError(`'${dialect.name}' has no embeddings, although the provider's tongue says so`);
}

/** Throws GatewayError for a request of which nothing, or not this, may be left out. */
export function refuseUnsaid({ strict, essential }: Call, { tongue, dropped }: PreparedRequest): void {
  if (strict && dropped.length > 0) {
    throw new GatewayError(
      "unsupported_field",
      `The provider's dialect '${tongue.dialect.name}' cannot say: ${dropped.join(", ")}. Leave these out, or do not ask for strictness.`,
      { param: dropped[0] },
    );
  }
  if (essential === undefined) return;
  for (const path of dropped) {
    const error = essential.get(path);
    if (error !== undefined) throw error;
  }
}
