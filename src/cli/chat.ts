import { create, toJsonString } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import type { Command } from "commander";
import { type ChatRequest, ChatRequestSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { Role } from "../../gen/causeway/chat/v1/content_pb.ts";
import {
  ChatService,
  type Model,
  type Settlement,
  StreamChatResponseSchema,
} from "../../gen/causeway/chat/v1/service_pb.ts";
import { chatFailure } from "./chat-failure.ts";
import { createChatView } from "./chat-view.ts";
import { addGatewayOptions, findGateway, type GatewayPlace } from "./find-gateway.ts";
import { type CliActions, CliError, type CliIo, interrupted } from "./io.ts";
import { settlementLine } from "./settlement-line.ts";

interface ChatOptions {
  readonly model?: string;
  readonly system?: string;
  readonly url?: string;
  readonly key?: string;
  readonly config?: string;
  readonly json?: boolean;
}

const examples = `
The answer goes to standard output as it comes; what it took and cost, to standard error. The gateway has to run.
Without --model the first alias is asked, or the built-in demo.

Examples:
  causeway chat "Why is the sky blue?"
  causeway chat --model fast --system "Be brief." "Hello!"
  git diff | causeway chat --system "Write a commit message." -
  causeway chat --json "Hello!" | jq -c .event
`;

/** `chat`: asks through the gateway that runs. */
export function addChat(program: Command, io: CliIo, { loadConfig }: CliActions): void {
  const command = program
    .command("chat")
    .description("Ask a model through the gateway that runs.")
    .argument("[prompt]", "what to ask; '-' reads it from standard input, as does leaving it out in a pipe")
    .option("-m, --model <model>", "an alias, or provider/model")
    .option("-s, --system <text>", "instructions");
  addGatewayOptions(command)
    .option("--json", "print the events and the settlement, one JSON object a line")
    .addHelpText("after", examples)
    .action(async (prompt: string | undefined, options: ChatOptions) => {
      const text = await readPrompt(prompt, io);
      const gateway = await findGateway(options, io, loadConfig);
      try {
        await ask(text, gateway, options, io);
      } catch (error) {
        if (error instanceof CliError) throw error;
        throw io.signal.aborted ? interrupted() : chatFailure(error, gateway.url);
      }
    });
}

async function readPrompt(prompt: string | undefined, { stdin, signal }: CliIo): Promise<string> {
  const isPiped = stdin.isTTY !== true;
  if (prompt !== undefined && prompt !== "-") return requirePrompt(prompt);
  if (prompt === undefined && !isPiped) return requirePrompt("");
  const stop = (): unknown => stdin.destroy?.();
  signal.addEventListener("abort", stop);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
    signal.throwIfAborted();
    return requirePrompt(Buffer.concat(chunks).toString("utf8").trim());
  } catch (error) {
    throw signal.aborted ? interrupted() : error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function requirePrompt(text: string): string {
  if (text !== "") return text;
  throw new CliError('Nothing to ask: give a prompt, such as causeway chat "Hello!", or pipe one in.', 2);
}

async function ask(text: string, { url, key }: GatewayPlace, options: ChatOptions, io: CliIo): Promise<void> {
  const client = createClient(ChatService, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }));
  const call = { signal: io.signal, headers: key === undefined ? {} : { authorization: `Bearer ${key}` } };
  const model = options.model ?? chooseModel((await client.listModels({}, call)).models, io);
  const view = createChatView(io);
  let settlement: Settlement | undefined;
  let failure: CliError | undefined;
  try {
    for await (const response of client.streamChat({ chat: chatRequest(model, options.system, text) }, call)) {
      const { message } = response;
      if (options.json === true) io.stdout.write(`${toJsonString(StreamChatResponseSchema, response)}\n`);
      else if (message.case === "event") view.show(message.value);
      if (message.case === "settlement") settlement = message.value;
      if (message.case === "event" && message.value.kind.case === "error") {
        failure = new CliError(`The answer failed: ${message.value.kind.value.message}`);
      }
    }
  } finally {
    view.end();
  }
  if (settlement !== undefined) io.stderr.write(`${settlementLine(settlement)}\n`);
  if (failure !== undefined) throw failure;
}

function chatRequest(model: string, system: string | undefined, text: string): ChatRequest {
  const message = (role: Role, said: string) => ({
    role,
    parts: [{ kind: { case: "text" as const, value: { text: said } } }],
  });
  const instructions = system === undefined ? [] : [message(Role.SYSTEM, system)];
  return create(ChatRequestSchema, { model, messages: [...instructions, message(Role.USER, text)] });
}

const mostListed = 10;
const demo = "demo";

/** An alias is what somebody chose; the demo is always good for an answer; among other models only a person can choose. */
function chooseModel(models: readonly Model[], { stderr }: CliIo): string {
  const alias = models.find((model) => model.alias);
  if (alias !== undefined) return alias.id;
  const others = models.filter(({ provider }) => provider !== demo);
  const built = models.find(({ provider }) => provider === demo);
  if (built !== undefined) {
    const [first] = others;
    if (first !== undefined) stderr.write(`asking the built-in demo; another one with --model, such as ${first.id}\n`);
    return built.id;
  }
  if (others.length === 1 && others[0] !== undefined) return others[0].id;
  if (others.length === 0) throw new CliError("The gateway has no models: configure a provider.");
  const listed = others.slice(0, mostListed).map(({ id }) => `\n  ${id}`);
  const more = others.length > mostListed ? `\n  … and ${others.length - mostListed} more` : "";
  throw new CliError(`Which model? Give one with --model:${listed.join("")}${more}`, 2);
}
