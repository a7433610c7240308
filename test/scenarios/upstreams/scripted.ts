import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import * as z from "zod";

/** A request as the provider got it. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly response: ServerResponse;
  /** Resolves when its connection is closed, with the time by performance.now(). */
  readonly closed: Promise<number>;
}

export type Answer = (received: Received) => void | Promise<void>;

export interface ScriptedUpstream {
  readonly url: string;
  /** Answers requests for this model so. */
  on(model: string, answer: Answer): void;
  /** Requests for this model so far. */
  received(model: string): readonly Received[];
  /** The next request for this model, which may have come already; each is given out once. */
  next(model: string): Promise<Received>;
  close(): Promise<void>;
}

const bodySchema = z.object({ model: z.string() });

/** A provider whose every byte and pause is written in the test: for what aimock cannot do. Speaks OpenAI's paths. */
export async function startScriptedUpstream(): Promise<ScriptedUpstream> {
  const answers = new Map<string, Answer>();
  const all = new Map<string, Received[]>();
  const given = new Map<string, number>();
  const waiting = new Map<string, (received: Received) => void>();

  const server = createServer({ noDelay: true }, async (request, response) => {
    if (request.method === "GET") {
      const data = [...answers.keys()].map((id) => ({ id, object: "model", created: 0, owned_by: "scripted" }));
      response.setHeader("content-type", "application/json").end(JSON.stringify({ object: "list", data }));
      return;
    }
    const { socket } = request;
    const closed = new Promise<number>((resolve) => socket.once("close", () => resolve(performance.now())));
    socket.setMaxListeners(0);
    response.on("error", () => {}); // who was left in the middle
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    const { model } = bodySchema.parse(JSON.parse(body));
    const received: Received = { headers: request.headers, body, response, closed };
    all.set(model, [...(all.get(model) ?? []), received]);
    hand(model);
    const answer = answers.get(model) ?? (({ response: none }) => void none.writeHead(404).end());
    await answer(received);
  });

  /** Gives the oldest request that was not given out to who waits. */
  function hand(model: string): void {
    const at = given.get(model) ?? 0;
    const received = all.get(model)?.[at];
    const resolve = waiting.get(model);
    if (received === undefined || resolve === undefined) return;
    given.set(model, at + 1);
    waiting.delete(model);
    resolve(received);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    on: (model, answer) => void answers.set(model, answer),
    received: (model) => all.get(model) ?? [],
    next: (model) =>
      new Promise((resolve) => {
        waiting.set(model, resolve);
        hand(model);
      }),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
