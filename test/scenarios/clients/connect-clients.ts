import { type CallOptions, createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { ChatService } from "../../../gen/causeway/chat/v1/service_pb.ts";
import type { Ask, Client, ClientKind } from "./client.ts";
import { addHeaders, chatRequest, type Headers, OutcomeBuilder } from "./contract.ts";

/** The Connect libraries: in Node as gRPC over HTTP/2 in clear text, in a browser's way as gRPC-Web over fetch. */

const asContract = { clientDialect: "causeway", errors: "rpc", sendsDeadline: true } as const;

export const connectNode: ClientKind = {
  name: "connect-node gRPC",
  facade: "grpc",
  ...asContract,
  connect(url, key) {
    const sessionManager = new Http2SessionManager(url);
    const transport = createGrpcTransport({ baseUrl: url, sessionManager });
    return createConnectClient(transport, key, () => sessionManager.abort());
  },
};

export const connectWeb: ClientKind = {
  name: "connect-web gRPC-Web",
  facade: "grpc-web",
  ...asContract,
  connect: (url, key) => createConnectClient(createGrpcWebTransport({ baseUrl: url }), key, () => {}),
};

function createConnectClient(transport: Transport, key: string | undefined, close: () => void): Client {
  const client = createClient(ChatService, transport);
  return {
    async ask(ask) {
      const outcome = new OutcomeBuilder(ask.onText);
      const chat = chatRequest(ask.model, ask.conversation);
      const options = callOptions(ask, key, outcome.headers);
      try {
        if (!ask.stream) outcome.addWhole(await client.createChat({ chat }, options));
        else for await (const step of client.streamChat({ chat }, options)) outcome.addStep(step);
      } catch (thrown) {
        if (thrown instanceof Error && "metadata" in thrown && thrown.metadata instanceof globalThis.Headers) {
          addHeaders(outcome.headers, thrown.metadata);
        }
        outcome.fail(thrown);
      }
      return outcome.build();
    },
    close,
  };
}

function callOptions({ signal, timeoutMs, headers }: Ask, key: string | undefined, seen: Headers): CallOptions {
  return {
    signal,
    timeoutMs,
    headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers },
    onHeader: (received) => addHeaders(seen, received),
    onTrailer: (received) => addHeaders(seen, received),
  };
}
