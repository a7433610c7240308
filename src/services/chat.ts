import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import type { ChatRequest } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type {
  ChatService,
  ModelSchema,
  SettlementSchema,
  StreamChatResponseSchema,
} from "../../gen/causeway/chat/v1/service_pb.ts";
import { GatewayError } from "../core/error.ts";
import type { ClientRequest, Exchange } from "../core/exchange.ts";
import type { Gateway } from "../core/gateway.ts";
import type { Pricing } from "../core/ports.ts";
import { programOf } from "../core/program.ts";
import type { ListedModel } from "../core/routing.ts";
import { tagsOf } from "../core/tags.ts";
import { callerKey } from "./caller.ts";
import { errorDetail } from "./connect-error.ts";

export interface ChatServiceDeps {
  readonly gateway: Gateway;
  readonly listModels: (signal: AbortSignal) => Promise<ListedModel[]>;
  readonly pricing: () => Pricing;
}

/** ChatService over the gateway. What it throws is GatewayError; the server turns that into a status with its detail. */
export function createChatService({ gateway, listModels, pricing }: ChatServiceDeps): ServiceImpl<typeof ChatService> {
  /** Opens an exchange that ends with its RPC. */
  function open(
    context: HandlerContext,
    model: string,
    stream: boolean,
    strict: boolean,
    request: ClientRequest,
  ): Opened {
    const chat = request.kind === "chat" ? request.chat : undefined;
    const exchange = gateway.open({
      facade: context.protocolName,
      model,
      stream,
      usageWanted: true,
      strict: strict || context.requestHeader.get("causeway-strict") === "true",
      clientRequestId: context.requestHeader.get("x-request-id") ?? "",
      session: context.requestHeader.get("causeway-session") ?? undefined,
      accessKey: context.values.get(callerKey),
      client: programOf(context.requestHeader.get("user-agent") ?? undefined),
      endUserId: chat?.endUserId,
      tags: tagsOf(context.requestHeader.get("x-causeway-tags"), chat?.metadata),
      clientHeaders: {
        traceparent: context.requestHeader.get("traceparent") ?? undefined,
        tracestate: context.requestHeader.get("tracestate") ?? undefined,
      },
      timeoutMs: context.timeoutMs(),
      request,
    });
    context.responseHeader.set("causeway-request-id", exchange.id);
    const cancel = (): void => exchange.cancel(reasonOf(context.signal));
    if (context.signal.aborted) cancel();
    else context.signal.addEventListener("abort", cancel);
    return {
      exchange,
      close() {
        context.signal.removeEventListener("abort", cancel);
        sayTarget(context, exchange); // also where it failed
        sayEmulated(context, exchange);
        sayDropped(context, exchange);
      },
    };
  }

  return {
    async createChat({ chat, strict }, context) {
      const asked = requireChat(chat);
      const { exchange, close } = open(context, asked.model, false, strict, { kind: "chat", chat: asked });
      try {
        const answer = (await gateway.whole(exchange)).read();
        return { chat: answer, settlement: settlementOf(exchange) };
      } finally {
        close();
      }
    },

    async *streamChat({ chat, strict }, context) {
      const asked = requireChat(chat);
      const { exchange, close } = open(context, asked.model, true, strict, { kind: "chat", chat: asked });
      let begun = false;
      try {
        for await (const frame of gateway.frames(exchange)) {
          if (!begun) {
            sayTarget(context, exchange);
            sayEmulated(context, exchange);
          }
          for (const event of frame.events()) {
            begun = true;
            yield { message: { case: "event", value: event } };
          }
        }
        yield { message: { case: "settlement", value: settlementOf(exchange) } };
      } catch (thrown) {
        // readers of messages see the failure too, not only those of the status
        if (begun) yield failure(GatewayError.from(thrown), exchange.id);
        throw thrown;
      } finally {
        close();
      }
    },

    countTokens({ chat }, context) {
      return gateway.count(requireChat(chat), undefined, context.signal);
    },

    async createEmbeddings(request, context) {
      if (request.model === "") throw missingModel();
      if (request.input.length + request.inputTokens.length === 0)
        throw new GatewayError("invalid_request", "'input' is empty.", { param: "input" });
      const { exchange, close } = open(context, request.model, false, false, {
        kind: "embeddings",
        embeddings: request,
        dialect: undefined,
      });
      try {
        const { model, vectors } = await gateway.embeddings(exchange);
        return {
          model,
          embeddings: vectors.map((values) => ({ values: [...values] })),
          settlement: settlementOf(exchange),
        };
      } finally {
        close();
      }
    },

    async listModels({ provider }, context) {
      const models = await listModels(context.signal);
      const asked = provider === "" ? models : models.filter((model) => model.provider === provider);
      return { models: asked.map((model) => modelOf(model, pricing())) };
    },
  };
}

interface Opened {
  readonly exchange: Exchange;
  /** Lets go of the RPC's signal, and says in headers and trailers what became of the call. */
  readonly close: () => void;
}

/** Why an RPC was aborted: its deadline, the gateway's end, or else the client left. */
function reasonOf({ reason }: AbortSignal): GatewayError {
  if (reason instanceof GatewayError) return reason;
  const code = reason instanceof ConnectError ? reason.code : Code.Canceled;
  if (code === Code.DeadlineExceeded) return new GatewayError("deadline_exceeded", "The client's deadline is over.");
  if (code === Code.Unavailable) return new GatewayError("unavailable", "The gateway is shutting down.");
  return new GatewayError("cancelled", "The client left.");
}

const missingModel = (): GatewayError =>
  new GatewayError("missing_model", "Model is required: set 'model' to one of those that ListModels gives.", {
    param: "model",
  });

function requireChat(chat: ChatRequest | undefined): ChatRequest {
  if (chat === undefined) throw new GatewayError("invalid_request", "'chat' is required.", { param: "chat" });
  if (chat.model === "") throw missingModel();
  if (chat.messages.length > 0) return chat;
  throw new GatewayError("invalid_request", "'chat.messages' is required: at least one message.", {
    param: "chat.messages",
  });
}

/** What the ledger has of it. */
function settlementOf({ row, emulated }: Exchange): MessageInitShape<typeof SettlementSchema> {
  if (row === undefined) return {};
  const { id: requestId, provider, model, usage, costNanoUsd, dropped } = row;
  return {
    requestId,
    provider,
    model,
    usage,
    costNanoUsd: costNanoUsd ?? undefined,
    dropped: [...dropped],
    emulated: [...emulated],
  };
}

function sayTarget({ responseHeader }: HandlerContext, { target, attempts }: Exchange): void {
  if (attempts > 0) responseHeader.set("causeway-attempts", String(attempts));
  if (target !== undefined) responseHeader.set("causeway-target", encodeURI(`${target.upstream.name}/${target.model}`));
}

function sayDropped({ responseTrailer }: HandlerContext, { dropped }: Exchange): void {
  if (dropped.length > 0) responseTrailer.set("causeway-dropped", encodeURI(dropped.join(", ")));
}

function sayEmulated({ responseHeader }: HandlerContext, { emulated }: Exchange): void {
  if (emulated.length > 0) responseHeader.set("causeway-emulated", encodeURI(emulated.join(", ")));
}

function failure(error: GatewayError, requestId: string): MessageInitShape<typeof StreamChatResponseSchema> {
  return { message: { case: "event", value: { kind: { case: "error", value: errorDetail(error, requestId) } } } };
}

function modelOf(listed: ListedModel, pricing: Pricing): MessageInitShape<typeof ModelSchema> {
  const { id, provider, model, alias, contextWindow, inputModalities = [], created } = listed;
  const price = pricing.perMillion(provider, model);
  return {
    id,
    provider,
    model,
    alias,
    created: created === undefined ? undefined : BigInt(created),
    contextWindow,
    inputModalities: [...inputModalities],
    inputPriceNanoUsd: price?.input,
    outputPriceNanoUsd: price?.output,
  };
}
