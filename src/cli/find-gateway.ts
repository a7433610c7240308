import type { Command } from "commander";
import { localUrl } from "../config/listen.ts";
import { type CliActions, CliError, type CliIo } from "./io.ts";

/** Where a person said the gateway is. */
export interface GatewayOptions {
  readonly url?: string;
  readonly key?: string;
  readonly config?: string;
}

/** The options by which a command's gateway is found. */
export const addGatewayOptions = (command: Command): Command =>
  command
    .option("--url <url>", "where the gateway is (default: CAUSEWAY_URL, else as the configuration says)")
    .option("--key <key>", "the gateway's access key (default: CAUSEWAY_API_KEY, else the configuration's first)")
    .option("-c, --config <file>", "the configuration file that says where the gateway is");

export interface GatewayPlace {
  readonly url: string;
  readonly key: string | undefined;
}

/**
 * The gateway that runs: by the options, else by the variables, else as the configuration says. The configuration's own
 * key is for the gateway that it describes, and never sent to another one. Rejects with CliError.
 */
export async function findGateway(
  options: GatewayOptions,
  { env }: CliIo,
  loadConfig: CliActions["loadConfig"],
): Promise<GatewayPlace> {
  const key = options.key ?? (env.CAUSEWAY_API_KEY || undefined);
  const url = options.url ?? (env.CAUSEWAY_URL || undefined);
  if (url !== undefined) return { url: checkUrl(url), key };
  const { config } = await loadConfig({ config: options.config });
  if (config === undefined) return { url: "http://127.0.0.1:4000", key };
  return { url: localUrl(config.listen, config.tls !== undefined), key: key ?? config.access.keys[0] };
}

function checkUrl(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return text.replace(/\/+$/, "");
  throw new CliError("--url (or CAUSEWAY_URL) has to begin with http:// or https://, as in http://127.0.0.1:4000.", 2);
}
