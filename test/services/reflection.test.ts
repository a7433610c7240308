import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, createClient, createRouterTransport } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { ChatService } from "../../gen/causeway/chat/v1/service_pb.ts";
import { ServerReflection } from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as Alpha } from "../../gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { createReflection } from "../../src/services/reflection.ts";
import { serve } from "../server/serve.ts";

const transport = createRouterTransport(createReflection([ChatService]));
const client = createClient(ServerReflection, transport);

type Question = Parameters<(typeof client)["serverReflectionInfo"]>[0] extends AsyncIterable<infer Q> ? Q : never;

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The answers to one conversation. */
async function askAll(...questions: Question["messageRequest"][]) {
  async function* requests() {
    for (const messageRequest of questions) yield { host: "here", messageRequest };
  }
  return await collect(client.serverReflectionInfo(requests()));
}

async function ask(question: Question["messageRequest"]) {
  const [answer] = await askAll(question);
  return answer?.messageResponse;
}

/** The names of the files in an answer, the one that was asked for first. Fails when they do not make a whole. */
function filesIn(answer: Awaited<ReturnType<typeof ask>>): string[] {
  if (answer?.case !== "fileDescriptorResponse") throw new Error(`no files but ${answer?.case}`);
  const files = answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  const [asked] = files;
  if (asked === undefined) throw new Error("no files");
  createFileRegistry(asked, (name) => files.find((file) => file.name === name));
  return files.map((file) => file.name);
}

test("the services are listed, reflection itself among them", async () => {
  const answer = await ask({ case: "listServices", value: "" });
  expect(answer).toMatchObject({
    case: "listServicesResponse",
    value: {
      service: [
        { name: "causeway.chat.v1.ChatService" },
        { name: "grpc.reflection.v1.ServerReflection" },
        { name: "grpc.reflection.v1alpha.ServerReflection" },
      ],
    },
  });
});

test.each([
  "causeway.chat.v1.ChatService",
  "causeway.chat.v1.ChatService.CreateChat",
  "causeway.chat.v1.StreamChatResponse",
  "causeway.chat.v1.StreamChatResponse.settlement",
  "causeway.chat.v1.StreamChatResponse.message",
])("the file of %s comes with all that it needs", async (value) => {
  const files = filesIn(await ask({ case: "fileContainingSymbol", value }));
  expect(files[0]).toBe("causeway/chat/v1/service.proto");
  expect(files).toEqual(expect.arrayContaining(["causeway/chat/v1/chat.proto", "causeway/chat/v1/usage.proto"]));
});

test.each(["causeway.chat.v1.FinishReason", "causeway.chat.v1.FINISH_REASON_STOP"])("%s is found", async (value) => {
  expect(filesIn(await ask({ case: "fileContainingSymbol", value }))).toContain("causeway/chat/v1/chat.proto");
});

test("files are found by name", async () => {
  expect(filesIn(await ask({ case: "fileByFilename", value: "causeway/chat/v1/usage.proto" }))).toContain(
    "causeway/chat/v1/usage.proto",
  );
});

test.each<[Question["messageRequest"], string]>([
  [{ case: "fileByFilename", value: "nothing.proto" }, "There is no file 'nothing.proto' in this server's contract."],
  [{ case: "fileContainingSymbol", value: "acme.Chat" }, "There is no symbol 'acme.Chat' in this server's contract."],
  [
    { case: "allExtensionNumbersOfType", value: "acme.Chat" },
    "There is no type 'acme.Chat' in this server's contract.",
  ],
  [
    { case: "fileContainingExtension", value: { containingType: "causeway.chat.v1.ChatRequest", extensionNumber: 7 } },
    "There is no extension 7 of 'causeway.chat.v1.ChatRequest' in this server's contract.",
  ],
])("%j is not found, and the conversation goes on", async (question, errorMessage) => {
  const answers = await askAll(question, { case: "listServices", value: "" });
  expect(answers[0]?.messageResponse).toMatchObject({
    case: "errorResponse",
    value: { errorCode: Code.NotFound, errorMessage },
  });
  expect(answers[0]?.originalRequest?.messageRequest).toMatchObject({ case: question?.case });
  expect(answers[1]?.messageResponse.case).toBe("listServicesResponse");
});

test("a type without extensions has none", async () => {
  const answer = await ask({ case: "allExtensionNumbersOfType", value: "causeway.chat.v1.ChatRequest" });
  expect(answer).toMatchObject({
    case: "allExtensionNumbersResponse",
    value: { baseTypeName: "causeway.chat.v1.ChatRequest", extensionNumber: [] },
  });
});

test("a question without content is invalid", async () => {
  expect(await ask({ case: undefined })).toMatchObject({
    case: "errorResponse",
    value: { errorCode: Code.InvalidArgument },
  });
});

test("v1alpha answers the same", async () => {
  async function* requests() {
    yield { messageRequest: { case: "fileContainingSymbol" as const, value: "causeway.chat.v1.ChatService" } };
  }
  const [answer] = await collect(createClient(Alpha, transport).serverReflectionInfo(requests()));
  expect(answer?.messageResponse.case).toBe("fileDescriptorResponse");
});

const run = promisify(execFile);
const buf = fileURLToPath(new URL("../../node_modules/.bin/buf", import.meta.url));

test.each([
  ["grpc", "grpc-v1"],
  ["grpc", "grpc-v1alpha"],
  ["grpcweb", "grpc-v1"],
  ["connect", "grpc-v1"],
])("buf calls over %s with nothing but %s", async (protocol, reflection) => {
  const { url } = await serve({
    chat: { createChat: ({ chat }) => ({ settlement: { model: chat?.model ?? "" } }) },
    services: createReflection([ChatService]),
  });
  const options = ["--protocol", protocol, "--http2-prior-knowledge", "--reflect", "--reflect-protocol", reflection];
  const { stdout } = await run(buf, [
    "curl",
    ...options,
    "--data",
    '{"chat":{"model":"one"}}',
    `${url}/causeway.chat.v1.ChatService/CreateChat`,
  ]);
  expect(JSON.parse(stdout)).toEqual({ settlement: { model: "one" } });
});
