import { create, toJsonString } from "@bufbuild/protobuf";
import { CreateEmbeddingsRequestSchema } from "../../gen/causeway/chat/v1/service_pb.ts";
import type { Ask, Client } from "../scenarios/clients/client.ts";
import { clientKinds } from "../scenarios/clients/index.ts";
import { openaiResponsesSdk } from "../scenarios/clients/openai-responses-sdk.ts";
import { RestAnswer } from "../scenarios/clients/rest-answer.ts";
import type { Failure, Outcome } from "../scenarios/conversation.ts";

/** Every way in: the vendors' libraries, and by hand what these leave out. */

export interface Question extends Ask {
  readonly prompt: string;
  /** On whose behalf, for ways that can say it. */
  readonly endUser: string;
}

export interface Way {
  readonly name: string;
  /** As the ledger calls it. */
  readonly facade: string;
  readonly clientDialect: string;
  /** Whether it asks for vectors, and for no chat. */
  readonly embeds: boolean;
  readonly sendsDeadline: boolean;
  /** Whether its language can say "top k", which OpenAI's cannot. */
  readonly hasTopK: boolean;
  readonly saysEndUser: boolean;
  connect(url: string, key: string): Connected;
}

interface Connected {
  /** Never rejects. */
  ask(question: Question): Promise<Outcome>;
  close(): void;
}

/** As `conversation` of an Ask. */
const conversationOf = ({ prompt }: Question, topK: boolean): Ask["conversation"] => ({
  turns: [{ role: "user", text: prompt }],
  ...(topK ? { topK: 7 } : {}),
});

/** The Responses API is asked by hand: the mock does not number its events, for which that client looks. */
const kinds = clientKinds.filter((kind) => kind !== openaiResponsesSdk);

const libraries: readonly Way[] = kinds.map(({ name, facade, clientDialect, sendsDeadline, connect }) => {
  const hasTopK = !clientDialect.startsWith("openai");
  return {
    ...{ name, facade, clientDialect, sendsDeadline, hasTopK },
    embeds: false,
    saysEndUser: false,
    connect(url, key) {
      const client: Client = connect(url, key);
      return {
        ask: (question) =>
          client.ask({
            ...question,
            conversation: conversationOf(question, question.headers?.["causeway-strict"] === "true"),
          }),
        close: () => client.close(),
      };
    },
  };
});

interface ByHand {
  readonly name: string;
  readonly facade: string;
  readonly clientDialect: string;
  readonly embeds?: boolean;
  readonly saysEndUser?: boolean;
  path(question: Question): string;
  body(question: Question): object;
}

const streamed = ({ stream }: Question): object =>
  stream ? { stream, stream_options: { include_usage: true } } : { stream };
const asUser = ({ prompt }: Question): object => ({ messages: [{ role: "user", content: prompt }] });

const byHand: readonly ByHand[] = [
  {
    name: "chat for somebody",
    facade: "openai",
    clientDialect: "openai-chat",
    saysEndUser: true,
    path: () => "/v1/chat/completions",
    body: (question) => ({ model: question.model, user: question.endUser, ...asUser(question), ...streamed(question) }),
  },
  {
    name: "message for somebody",
    facade: "anthropic",
    clientDialect: "anthropic",
    saysEndUser: true,
    path: () => "/v1/messages",
    body: ({ model, stream, endUser, ...rest }) => ({
      ...{ model, stream, max_tokens: 1000 },
      metadata: { user_id: endUser },
      ...asUser({ model, stream, endUser, ...rest }),
    }),
  },
  {
    name: "response for somebody",
    facade: "openai",
    clientDialect: "openai-responses",
    saysEndUser: true,
    path: () => "/v1/responses",
    body: ({ model, prompt, stream, endUser }) => ({ model, stream, user: endUser, input: prompt }),
  },
  {
    name: "completion",
    facade: "openai",
    clientDialect: "openai-completions",
    path: () => "/v1/completions",
    body: (question) => ({ model: question.model, prompt: question.prompt, ...streamed(question) }),
  },
  {
    name: "OpenAI's vectors",
    facade: "openai",
    clientDialect: "openai-chat",
    embeds: true,
    path: () => "/v1/embeddings",
    body: ({ model, prompt }) => ({ model, input: prompt }),
  },
  {
    name: "Gemini's vectors",
    facade: "gemini",
    clientDialect: "gemini",
    embeds: true,
    path: ({ model }) => `/v1beta/models/${model}:embedContent`,
    body: ({ prompt }) => ({ content: { parts: [{ text: prompt }] } }),
  },
  {
    name: "Cohere's vectors",
    facade: "cohere",
    clientDialect: "cohere",
    embeds: true,
    path: () => "/v2/embed",
    body: ({ model, prompt }) => ({
      model,
      texts: [prompt],
      input_type: "search_document",
      embedding_types: ["float"],
    }),
  },
  {
    name: "the contract's vectors",
    facade: "connect",
    clientDialect: "causeway",
    embeds: true,
    path: () => "/causeway.chat.v1.ChatService/CreateEmbeddings",
    body: ({ model, prompt }) =>
      JSON.parse(
        toJsonString(CreateEmbeddingsRequestSchema, create(CreateEmbeddingsRequestSchema, { model, input: [prompt] })),
      ),
  },
];

export const ways: readonly Way[] = [
  ...libraries,
  ...byHand.map(
    ({ path, body, embeds = false, saysEndUser = false, ...names }): Way => ({
      ...names,
      ...{ embeds, saysEndUser, sendsDeadline: false, hasTopK: false },
      connect: (url, key) => ({
        async ask(question) {
          const answer = new RestAnswer(question.onText);
          try {
            await post(url + path(question), key, body(question), question, answer);
          } catch (thrown) {
            answer.failWith(failure(0, String(thrown)));
          }
          return answer.outcome();
        },
        close() {},
      }),
    }),
  ),
];

const failure = (status: number, message: string): Failure => ({
  ...{ status, message },
  code: "",
  retryAfterMs: undefined,
});

/** What a stream says of a text, in any of the languages. */
const saying = /"(?:content|text|delta)":"(?!")/;

/** How a stream says in any of them that all is said. */
const ending = /\[DONE\]|"message_stop"|"response\.completed"/;

async function post(url: string, key: string, body: object, { stream, headers, signal }: Question, answer: RestAnswer) {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
  answer.addHeaders(response.headers);
  const decoder = new TextDecoder();
  let text = "";
  let heard = false;
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (heard || !saying.test(text)) continue;
    heard = true;
    answer.addText("heard");
  }
  if (response.status !== 200) answer.failWith(failure(response.status, text));
  else if (stream && !ending.test(text)) answer.failWith(failure(0, text.slice(-200)));
}
