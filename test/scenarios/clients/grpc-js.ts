import { join } from "node:path";
import { fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { type CallOptions, credentials, Client as GrpcClient, Metadata, type ServiceError } from "@grpc/grpc-js";
import { loadSync, type MethodDefinition, type ServiceDefinition } from "@grpc/proto-loader";
import {
  CreateChatRequestSchema,
  CreateChatResponseSchema,
  StreamChatRequestSchema,
  StreamChatResponseSchema,
} from "../../../gen/causeway/chat/v1/service_pb.ts";
import type { Ask, ClientKind } from "./client.ts";
import { addHeaders, chatRequest, type Headers, OutcomeBuilder } from "./contract.ts";

/** gRPC's own library for Node, with messages read by protobuf.js from the .proto files: nothing of ours, nothing generated. */
export const grpcJs: ClientKind = {
  name: "@grpc/grpc-js",
  facade: "grpc",
  clientDialect: "causeway",
  errors: "rpc",
  sendsDeadline: true,
  connect(url, key) {
    const client = new GrpcClient(new URL(url).host, credentials.createInsecure());
    return {
      async ask(ask) {
        const outcome = new OutcomeBuilder(ask.onText);
        try {
          if (ask.stream) await askStream(client, ask, key, outcome);
          else await askWhole(client, ask, key, outcome);
        } catch (thrown) {
          outcome.fail(thrown);
        }
        return outcome.build();
      },
      close: () => client.close(),
    };
  },
};

const protoRoot = join(import.meta.dirname, "..", "..", "..", "proto");
/** Options that make protobuf.js's objects look like proto JSON; its own names for "cache_write_5m_tokens" and the like differ. */
const definitions = loadSync("causeway/chat/v1/service.proto", {
  includeDirs: [protoRoot],
  keepCase: true,
  longs: String,
  enums: String,
  bytes: String,
});

function methodOf(name: string): MethodDefinition<object, object> {
  const service = definitions["causeway.chat.v1.ChatService"];
  if (service === undefined || !isService(service)) throw new Error("the .proto files have no ChatService");
  const method = service[name];
  if (method === undefined) throw new Error(`ChatService has no ${name}`);
  return method;
}

const isService = (definition: (typeof definitions)[string]): definition is ServiceDefinition =>
  !("format" in definition);

const createChat = methodOf("CreateChat");
const streamChat = methodOf("StreamChat");

function callOf(
  { timeoutMs, headers = {} }: Ask,
  key: string | undefined,
): { metadata: Metadata; options: CallOptions } {
  const metadata = new Metadata();
  if (key !== undefined) metadata.set("authorization", `Bearer ${key}`);
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return { metadata, options: timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs } };
}

const named = { useProtoFieldName: true };

/** A message as protobuf.js takes it. */
function asObject(json: JsonValue): object {
  if (typeof json !== "object" || json === null) throw new TypeError("a message is an object");
  return json;
}

/** What protobuf.js gives is plain data. */
const asJson = (message: object): JsonValue => JSON.parse(JSON.stringify(message));

function askWhole(client: GrpcClient, ask: Ask, key: string | undefined, outcome: OutcomeBuilder): Promise<void> {
  const { metadata, options } = callOf(ask, key);
  const chat = chatRequest(ask.model, ask.conversation);
  const request = asObject(
    toJson(CreateChatRequestSchema, { $typeName: "causeway.chat.v1.CreateChatRequest", chat, strict: false }, named),
  );
  const { path, requestSerialize, responseDeserialize } = createChat;
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    const call = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      options,
      (error, answer) => {
        if (error !== null) failure = readFailure(error, outcome.headers);
        else if (answer !== undefined) outcome.addWhole(fromJson(CreateChatResponseSchema, asJson(answer)));
      },
    );
    call.on("metadata", (received: Metadata) => addMetadata(outcome.headers, received));
    call.on("status", (status) => {
      addMetadata(outcome.headers, status.metadata);
      if (failure === undefined) resolve();
      else reject(failure);
    });
    cancelOn(ask.signal, call);
  });
}

function askStream(client: GrpcClient, ask: Ask, key: string | undefined, outcome: OutcomeBuilder): Promise<void> {
  const { metadata, options } = callOf(ask, key);
  const chat = chatRequest(ask.model, ask.conversation);
  const request = asObject(
    toJson(StreamChatRequestSchema, { $typeName: "causeway.chat.v1.StreamChatRequest", chat, strict: false }, named),
  );
  const { path, requestSerialize, responseDeserialize } = streamChat;
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    const call = client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      options,
    );
    call.on("metadata", (received: Metadata) => addMetadata(outcome.headers, received));
    call.on("data", (step: object) => outcome.addStep(fromJson(StreamChatResponseSchema, asJson(step))));
    call.on("error", (error: ServiceError) => {
      failure = readFailure(error, outcome.headers);
    });
    call.on("status", (status) => {
      addMetadata(outcome.headers, status.metadata);
    });
    call.on("close", () => {
      if (failure === undefined) resolve();
      else reject(failure);
    });
    cancelOn(ask.signal, call);
  });
}

function cancelOn(signal: AbortSignal | undefined, call: { cancel(): void }): void {
  if (signal?.aborted === true) call.cancel();
  else signal?.addEventListener("abort", () => call.cancel(), { once: true });
}

function addMetadata(headers: Headers, metadata: Metadata): void {
  for (const [name, value] of Object.entries(metadata.getMap())) {
    addHeaders(headers, [[name, typeof value === "string" ? value : value.toString("base64")]]);
  }
}

/** The status with its details, which travel in a binary trailer. */
function readFailure(error: ServiceError, headers: Headers): Error {
  addMetadata(headers, error.metadata);
  const trailer = new globalThis.Headers({
    "grpc-status": String(error.code),
    "grpc-message": encodeURIComponent(error.details),
  });
  const details = headers.get("grpc-status-details-bin");
  if (details !== undefined) trailer.set("grpc-status-details-bin", details);
  return findTrailerError(trailer) ?? error;
}
