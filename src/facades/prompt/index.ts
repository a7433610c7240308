import { type ChatResponse, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { components } from "../../../gen/openapi/causeway.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import type { Dialect } from "../../core/dialect.ts";
import { wordsOf } from "../../core/enum-words.ts";
import type { Exchange } from "../../core/exchange.ts";
import type { Gateway } from "../../core/gateway.ts";
import { invalidRequest, missingModel } from "../../core/invalid-request.ts";
import { textOfParts } from "../../core/text.ts";
import { knownUsd } from "../../core/usd.ts";
import { WireObject } from "../../core/wire-object.ts";
import { JsonMembers } from "../../lib/json-members.ts";
import { answer } from "../answer.ts";
import { callOf, wireRequest } from "../call.ts";
import { readJsonBody } from "../http.ts";
import type { Facade } from "../index.ts";
import { notAmong } from "../not-among.ts";

export interface PromptFacadeDeps {
  readonly gateway: Gateway;
  /** openai-chat. */
  readonly chat: Dialect;
  /** The names of the providers. */
  readonly providers: () => readonly string[];
  /** The most bytes of a request's body. */
  readonly bodyLimit: number;
  readonly keepAliveMs: number;
}

/** One text in, one text out: POST /chat, as openapi/causeway.yaml describes it. */
export function promptFacade({ gateway, chat, providers, bodyLimit, keepAliveMs }: PromptFacadeDeps): Facade {
  const form = (said: ChatResponse, exchange: Exchange): string => JSON.stringify(promptAnswer(said, exchange));
  const routes: Facade["routes"] = {
    "/chat": {
      async POST(request, response) {
        const sent = await readJsonBody(request, bodyLimit);
        const body = refuseBroken(() => asChat(sent, providers()));
        const call = callOf("prompt", request, chat.request.peek(body), wireRequest(chat, body, sent));
        await answer({ gateway, dialect: chat, keepAliveMs, form }, call, request, response);
      },
    },
  };
  return { routes, errors: chat, owns: (_request, path) => path in routes };
}

const ownFields = ["provider", "model", "prompt", "messages", "stream"] as const;

/** The prompt as a chat's only message; what else was sent stays as it is. Throws GatewayError. */
function asChat(sent: JsonMembers, providers: readonly string[]): JsonMembers {
  const wire = new WireObject(Object.fromEntries(ownFields.map((key) => [key, sent.get(key)])), "");
  const provider = wire.string("provider") ?? "";
  const model = wire.string("model") ?? "";
  if (model === "") throw missingModel();
  if ((wire.string("prompt") ?? "") === "") {
    throw invalidRequest("prompt", "'prompt' is required: the text that the model is to answer.");
  }
  if (wire.raw("messages") !== undefined) {
    throw invalidRequest("messages", "'messages' have no place beside a 'prompt': send them to /v1/chat/completions.");
  }
  if (wire.boolean("stream") === true) {
    throw invalidRequest("stream", "'stream': an answer comes whole here. Leave it out, or use /v1/chat/completions.");
  }
  if (provider !== "" && !providers.includes(provider)) throw notAmong("provider", provider, providers);
  const name = JSON.stringify(provider === "" ? model : `${provider}/${model}`);
  const messages = `[{"role":"user","content":${sent.text("prompt")}}]`;
  const others = [...sent.keys()].filter((key) => !ownFields.some((own) => own === key));
  const rest = others.map((key) => `,${JSON.stringify(key)}:${sent.text(key)}`);
  return JsonMembers.scan(Buffer.from(`{"model":${name},"messages":${messages}${rest.join("")}}`));
}

function promptAnswer(
  { choices: [choice] }: ChatResponse,
  { id, row }: Exchange,
): components["schemas"]["PromptAnswer"] {
  const usage = row?.usage;
  return {
    provider: row?.provider ?? "",
    model: row?.model ?? "",
    response: textOf(choice?.message?.parts ?? []),
    finish_reason: finishReasons[choice?.finishReason ?? FinishReason.UNSPECIFIED] || "unspecified",
    usage: usage
      ? {
          prompt_tokens: usage.inputTokens,
          completion_tokens: usage.outputTokens,
          total_tokens: usage.inputTokens + usage.outputTokens,
        }
      : null,
    cost: knownUsd(row?.costNanoUsd),
    request_id: id,
  };
}

/** What was said, without thoughts and calls. */
const textOf = (parts: Parameters<typeof textOfParts>[0]): string =>
  textOfParts(parts.filter(({ kind }) => kind.case === "text" || kind.case === "refusal"));

const finishReasons = wordsOf(FinishReason).byNumber;
