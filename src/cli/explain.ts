import { toJsonString } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import type { Command } from "commander";
import {
  type ExplainRequestResponse,
  ExplainRequestResponseSchema,
  StatsService,
} from "../../gen/causeway/stats/v1/stats_pb.ts";
import { chatFailure } from "./chat-failure.ts";
import { explanation } from "./explain-view.ts";
import { addGatewayOptions, findGateway, type GatewayOptions, type GatewayPlace } from "./find-gateway.ts";
import { type CliActions, CliError, type CliIo, interrupted } from "./io.ts";

interface ExplainOptions extends GatewayOptions {
  readonly json?: boolean;
}

const examples = `
Says what was decided and why, what was tried, how long each part took, and what it cost. The gateway has to run.
Every answer bears its request's id in the header causeway-request-id.

Examples:
  causeway explain
  causeway explain 019a5c3e-7d10-7abc-9def-0123456789ab
  causeway explain --json | jq .trail
`;

/** `explain`: how a request came to its answer. */
export function addExplain(program: Command, io: CliIo, { loadConfig }: CliActions): void {
  const command = program
    .command("explain")
    .description("Say how a request came to its answer: what was decided, and what was tried.")
    .argument("[id]", "the request's id (default: the last request)");
  addGatewayOptions(command)
    .option("--json", "print it as one JSON object")
    .addHelpText("after", examples)
    .action(async (id: string | undefined, options: ExplainOptions) => {
      const gateway = await findGateway(options, io, loadConfig);
      const response = await ask(id, gateway, io).catch((thrown: unknown) => {
        throw failure(thrown, gateway, io);
      });
      io.stdout.write(
        options.json === true ? `${toJsonString(ExplainRequestResponseSchema, response)}\n` : explanation(response),
      );
    });
}

async function ask(id: string | undefined, { url, key }: GatewayPlace, io: CliIo): Promise<ExplainRequestResponse> {
  const client = createClient(StatsService, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }));
  const call = { signal: io.signal, headers: key === undefined ? {} : { authorization: `Bearer ${key}` } };
  if (id !== undefined) return client.explainRequest({ id }, call);
  const [last] = (await client.listRequests({ pageSize: 1 }, call)).requests;
  if (last === undefined) throw new CliError(`The ledger of the gateway at ${url} has no requests yet.`);
  return client.explainRequest({ id: last.id }, call);
}

function failure(thrown: unknown, { url }: GatewayPlace, { signal }: CliIo): CliError {
  if (thrown instanceof CliError) return thrown;
  if (signal.aborted) return interrupted();
  if (!(thrown instanceof ConnectError) || thrown.code !== Code.NotFound) return chatFailure(thrown, url);
  return new CliError(
    `The ledger of the gateway at ${url} has no request with this id. ` +
      "An answer bears its id in the header causeway-request-id; without an id the last request is explained.",
  );
}
