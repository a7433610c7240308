import { type Client, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import {
  createConnectTransport as createBrowserConnectTransport,
  createGrpcWebTransport as createBrowserGrpcWebTransport,
} from "@connectrpc/connect-web";
import { ChatService } from "../../gen/causeway/chat/v1/service_pb.ts";

/** Every way in which the Connect libraries can call: by name, the transport to a server. */
const transports: Readonly<Record<string, (baseUrl: string) => Transport>> = {
  "Connect JSON over HTTP/1.1": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1" }),
  "Connect binary over HTTP/1.1": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: true }),
  "Connect JSON over HTTP/2": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2" }),
  "Connect from a browser's fetch": (baseUrl) => createBrowserConnectTransport({ baseUrl }),
  "gRPC over HTTP/2": (baseUrl) => createGrpcTransport({ baseUrl }),
  "gRPC-Web over HTTP/1.1": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  "gRPC-Web over HTTP/2": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
  "gRPC-Web from a browser's fetch": (baseUrl) => createBrowserGrpcWebTransport({ baseUrl }),
};

export const protocols = Object.keys(transports);

export function chatClient(protocol: string, baseUrl: string): Client<typeof ChatService> {
  const create = transports[protocol];
  if (create === undefined) throw new Error(`no transport '${protocol}'`);
  return createClient(ChatService, create(baseUrl));
}

export const streamChatPath = "/causeway.chat.v1.ChatService/StreamChat";
export const createChatPath = "/causeway.chat.v1.ChatService/CreateChat";
export const listModelsPath = "/causeway.chat.v1.ChatService/ListModels";

/** A message of a stream in Connect JSON, or of gRPC: a byte of flags, the length, the text. */
export function envelope(text: string | Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags, 0);
  head.writeUInt32BE(Buffer.byteLength(text), 1);
  return Buffer.concat([head, Buffer.from(text)]);
}

/** The error of a call that has to fail. */
export async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  const thrown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ConnectError)) throw new Error(`no ConnectError but ${String(thrown)}`);
  return thrown;
}

export async function drain(messages: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of messages) count += 1;
  return count;
}

/** A message of a chat's stream. */
export const settlement = (model: string) => ({ message: { case: "settlement" as const, value: { model } } });
