import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import * as z from "zod";
import type { ConfigFile } from "../scenarios/gateway.ts";
import { createJournal, type Journal, type Seen } from "./journal.ts";
import { type Asked, json, message, type Script, type Step } from "./script.ts";
import { chatVoice, messagesVoice } from "./voices.ts";

export interface FaultServerOptions {
  /** What to do with each request. */
  readonly script: Script;
  /** Whether to reset a connection as soon as it stands. Default: never. */
  readonly resets?: () => boolean;
  /** What its list of models waits for. Default: nothing. */
  readonly beforeList?: () => Promise<void>;
}

/** A provider that does wrong what it is told to do wrong, byte by byte. */
export interface FaultServer {
  readonly url: string;
  readonly journal: Journal;
  /** Lets this model's held answers go on, those to come included. */
  release(model: string): void;
  /** Connections that it accepted and reset before it read anything. */
  resetCount(): number;
  /** Closes the port and breaks every connection: what asks is refused. */
  stop(): Promise<void>;
  /** Opens the same port again. */
  start(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const bodySchema = z.object({
  model: z.string(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  messages: z
    .array(z.object({ content: z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]).nullish() }))
    .default([]),
  /** Of embeddings, in the place of messages. */
  input: z.union([z.string(), z.array(z.string())]).default([]),
});

export async function startFaultServer({
  script,
  resets = () => false,
  beforeList,
}: FaultServerOptions): Promise<FaultServer> {
  const journal = createJournal();
  const sockets = new Set<Socket>();
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const gateOf = (model: string): PromiseWithResolvers<void> => {
    const gate = gates.get(model) ?? Promise.withResolvers<void>();
    gates.set(model, gate);
    return gate;
  };
  let resetCount = 0;
  let port = 0;

  const accept = (socket: Socket): void => {
    if (resets()) {
      resetCount += 1;
      socket.resetAndDestroy();
      return;
    }
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {}); // who was left in the middle
    let reused = false;
    readRequests(socket, async (request) => {
      const asked = readAsked(request, reused, (model) => gateOf(model).promise);
      reused = true;
      if (asked === undefined) {
        await beforeList?.();
        socket.write(message(200, json, JSON.stringify({ object: "list", data: [] })));
        return;
      }
      const seen = journal.add(asked);
      await play(script(asked), socket, seen, journal);
    });
  };

  let server: Server | undefined;
  const start = async (): Promise<void> => {
    server = createServer({ noDelay: true }, accept);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    port = address.port;
  };
  const stop = async (): Promise<void> => {
    const stopping = server;
    server = undefined;
    if (stopping === undefined) return;
    const closed = once(stopping, "close");
    stopping.close();
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    journal,
    release: (model) => gateOf(model).resolve(),
    resetCount: () => resetCount,
    stop,
    start,
    [Symbol.asyncDispose]: stop,
  };
}

/** What configuration says of a provider that is in such a server. */
export const providerAt = (url: string, more: ConfigFile = {}): ConfigFile => ({
  dialect: "openai-chat",
  base_url: more.dialect === "anthropic" ? url : `${url}/v1`,
  keys: [keyNamed("key-1")],
  ...more,
});

/** A key as configuration has it. */
export const keyNamed = (name: string, more: ConfigFile = {}): ConfigFile => ({ key: secretOf(name), name, ...more });
export const secretOf = (name: string): string => `sk-0123456789-${name}`;
/** The name of a key that a provider was shown. */
export const nameOfKey = (secret: string): string => secret.slice(secretOf("").length);

interface WireRequest {
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Calls for each whole request, one after the other. Bodies have a content-length: the gateway's have. */
function readRequests(socket: Socket, onRequest: (request: WireRequest) => Promise<void>): void {
  let waiting: Buffer[] = [];
  let length = 0;
  let wanted = 0;
  socket.on("data", (bytes: Buffer) => {
    waiting.push(bytes);
    length += bytes.length;
    if (length < wanted) return;
    const received = waiting.length === 1 ? bytes : Buffer.concat(waiting);
    waiting = [received];
    const headEnd = received.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const [line = "", ...fields] = received.toString("latin1", 0, headEnd).split("\r\n");
    const headers = new Map(
      fields.map((field) => {
        const colon = field.indexOf(":");
        return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
      }),
    );
    wanted = headEnd + 4 + Number(headers.get("content-length") ?? 0);
    if (length < wanted) return;
    const body = received.toString("utf8", headEnd + 4, wanted);
    waiting = [];
    length = 0;
    wanted = 0;
    void onRequest({ path: line.split(" ")[1] ?? "", headers, body });
  });
}

/** undefined: it asks for the list of models. */
function readAsked(
  { path, headers, body }: WireRequest,
  reused: boolean,
  released: (model: string) => Promise<void>,
): Asked | undefined {
  if (body === "") return undefined;
  const { model, stream, stream_options, messages, input } = bodySchema.parse(JSON.parse(body));
  const voice = path.includes("/messages") ? messagesVoice : chatVoice;
  const content = messages.length === 0 ? [input].flat().join("\n") : messages.at(-1)?.content;
  return {
    path,
    headers,
    body,
    key: headers.get("x-api-key") ?? headers.get("authorization")?.replace(/^Bearer /, "") ?? "",
    model,
    stream: stream === true,
    withUsage: voice === messagesVoice || stream_options?.include_usage === true,
    prompt: typeof content === "string" ? content : (content ?? []).map(({ text = "" }) => text).join(""),
    voice,
    reused,
    released: released(model),
  };
}

/** Does the steps until one of them closes the connection, or the client has. */
async function play(steps: readonly Step[], socket: Socket, seen: Seen, journal: Journal): Promise<void> {
  const left = Promise.withResolvers<void>();
  const onClose = (): void => {
    journal.end(seen, "left");
    left.resolve();
  };
  socket.once("close", onClose);
  for (const step of steps) {
    if (socket.destroyed) break;
    if (step.kind === "close") {
      journal.end(seen, step.whole === true ? "answered" : "cut");
      if (step.how === "fin") socket.end();
      else socket.resetAndDestroy();
      break;
    }
    if (step.kind !== "hold") seen.spoke = true;
    await perform(step, socket, left.promise);
    if ("tells" in step && step.tells !== undefined) seen.told = step.tells;
  }
  journal.end(seen, socket.destroyed ? "left" : "answered");
  socket.off("close", onClose);
}

async function perform(step: Exclude<Step, { kind: "close" }>, socket: Socket, left: Promise<void>): Promise<void> {
  switch (step.kind) {
    case "write":
      await send(socket, step.bytes);
      return;
    case "dribble":
      for (const byte of Buffer.from(step.bytes)) {
        if (socket.destroyed) return;
        await send(socket, Uint8Array.of(byte));
        await turn();
      }
      return;
    case "repeat":
      while (!socket.destroyed) {
        await send(socket, step.bytes);
        await Promise.race([pause(step.everyMs, undefined, { ref: false }), left]);
      }
      return;
    case "hold":
      await Promise.race(step.until === undefined ? [left] : [left, step.until]);
      return;
    default:
      return step satisfies never;
  }
}

/** Resolves when the bytes are out, or cannot be. */
const send = (socket: Socket, bytes: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    socket.write(bytes, () => resolve());
  });
