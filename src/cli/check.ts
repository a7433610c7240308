import { relative } from "node:path";
import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import { showListen } from "../config/listen.ts";
import { showProblem } from "../config/problem.ts";
import { showStore } from "../config/store.ts";
import { maskKey } from "../core/mask.ts";
import type { PlanSpec } from "../core/routing.ts";
import { counted } from "../lib/counted.ts";
import { describeKeys } from "./banner.ts";
import { type CliActions, CliError, type CliIo } from "./io.ts";
import { showConditions, showPlan } from "./plan-text.ts";

const examples = `
Prints each problem as file:line:column, the setting, and what to do. Exit code 1 when there are any.

Examples:
  causeway check
  causeway check /etc/causeway.yaml
`;

/** `check`: whether a configuration can be served. */
export function addCheck(program: Command, io: CliIo, { loadConfig }: CliActions): void {
  program
    .command("check")
    .description("Say what is wrong with the configuration, or what it comes to.")
    .argument("[file]", "the configuration file (default: causeway.yaml, if there is one)")
    .addHelpText("after", examples)
    .action(async (file: string | undefined) => {
      const { config, problems, path } = await loadConfig({ config: file });
      const name = path === undefined ? "" : shortPath(path, io.cwd);
      if (config === undefined) {
        for (const problem of problems) io.stdout.write(`${showProblem(problem, name)}\n`);
        throw new CliError(counted(problems.length, "problem"));
      }
      io.stdout.write(`ok: ${name === "" ? "no file, the environment and the defaults" : name}\n${describe(config)}`);
    });
}

function describe(config: Config): string {
  const { access, plans, providers } = config;
  const width = Math.max(0, ...providers.map(({ name }) => name.length));
  const rows: [string, readonly string[]][] = [
    ["listen", [`${showListen(config.listen)}${config.tls === undefined ? "" : " with TLS"}`]],
    ["store", [showStore(config.store)]],
    ["access", [describeKeys(access.keys.map(maskKey))]],
    [
      "providers",
      providers.map(
        ({ name, baseUrl, credentials }) =>
          `${name.padEnd(width)}  ${describeKeys(credentials.map((key) => key.name))}  ${withoutQuery(baseUrl)}`,
      ),
    ],
    ["aliases", Object.entries(plans).flatMap(describePlan)],
  ];
  return rows
    .map(([title, values]) => [title, values.length === 0 ? ["none"] : values] as const)
    .flatMap(([title, values]) => values.map((value, at) => `  ${(at === 0 ? title : "").padEnd(11)}${value}\n`))
    .join("");
}

const describePlan = ([name, plan]: readonly [string, PlanSpec]): string[] => [
  `${name} → ${showPlan(plan)}`,
  ...showConditions(plan).map((line) => `  ${line}`),
];

/** Some put a key into the query. */
const withoutQuery = (url: string): string => url.replace(/[?#].*$/s, "");

/** As a person would name it from where they are. */
export function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith("..") ? path : short;
}
