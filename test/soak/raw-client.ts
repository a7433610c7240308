import { type IncomingMessage, request } from "node:http";
import type { Ask, ClientKind } from "../scenarios/clients/client.ts";
import { RestAnswer } from "../scenarios/clients/rest-answer.ts";
import type { Failure } from "../scenarios/conversation.ts";

/** OpenAI's language without a library, each request on a connection of its own, which breaks when it leaves. */
export const rawHttp: ClientKind = {
  name: "raw HTTP",
  facade: "openai",
  clientDialect: "openai-chat",
  errors: "http",
  sendsDeadline: false,
  connect: (url) => ({
    async ask(ask) {
      const answer = new RestAnswer(ask.onText);
      try {
        await send(url, ask, answer);
      } catch (thrown) {
        answer.failWith(failure(0, ask.signal?.aborted === true ? "cancelled" : "", String(thrown)));
      }
      return answer.outcome();
    },
    close() {},
  }),
};

const failure = (status: number, code: string, message: string): Failure => ({
  status,
  code,
  message,
  retryAfterMs: undefined,
});

async function send(url: string, { model, conversation, stream, headers, signal }: Ask, answer: RestAnswer) {
  const messages = conversation.turns.map(({ text = "" }) => ({ role: "user", content: text }));
  const body = JSON.stringify({ model, messages, stream });
  const head = { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = request(`${url}/v1/chat/completions`, { method: "POST", headers: head, agent: false }, resolve);
    asking.on("error", reject).end(body);
    signal?.addEventListener("abort", () => asking.destroy(new Error("left")), { once: true });
  });
  const { statusCode = 0 } = response;
  answer.addHeaders(
    Object.entries(response.headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  const text = Buffer.concat(pieces).toString("utf8");
  if (statusCode !== 200) answer.failWith(errorIn(JSON.parse(text), statusCode));
  else if (stream) readStream(text, answer);
  else answer.addText(JSON.parse(text).choices[0].message.content);
}

const errorIn = ({ error }: { error: { code: string | null; message: string } }, status: number): Failure =>
  failure(status, error.code ?? "", error.message);

/** An end without [DONE] or an error is none. */
function readStream(text: string, answer: RestAnswer): void {
  for (const event of text.split("\n\n")) {
    if (!event.startsWith("data: ")) continue;
    const said = event.slice("data: ".length);
    if (said === "[DONE]") return;
    const chunk = JSON.parse(said);
    if (chunk.error !== undefined) {
      answer.failWith(errorIn(chunk, 0));
      return;
    }
    answer.addText(chunk.choices[0]?.delta.content ?? "");
  }
  throw new Error("the stream had no end");
}
