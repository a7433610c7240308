import { resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { isMissing } from "../lib/missing.ts";
import type { Config, ProviderPreset, Timeouts, TlsFiles } from "./config.ts";
import { readDocument } from "./document.ts";
import { type Environment, numberedValues } from "./environment.ts";
import { isSendable, settings, unsendable } from "./fields.ts";
import { isLoopback, type ListenAddress, parseHost, parsePort, showListen } from "./listen.ts";
import { readOutage } from "./outage.ts";
import { type ConfigFlags, overlaidAddress, overlay } from "./overlay.ts";
import { readPlans } from "./plans.ts";
import { readPrice } from "./price-schema.ts";
import type { ConfigProblem, SettingPath } from "./problem.ts";
import { resolveProviders, resolveTimeouts } from "./providers.ts";
import { createReport, type Report } from "./report.ts";
import { readRetention } from "./retention.ts";
import { resolveRouting } from "./routing.ts";
import { type ConfigFile, fileSchema } from "./schema.ts";
import { defaultStore, readStore } from "./store.ts";

export interface ReadInput {
  /** YAML; empty when there is no file. */
  readonly text: string;
  /** The environment, with .env in it. */
  readonly env: Environment;
  readonly flags: ConfigFlags;
  /** What relative paths are relative to. */
  readonly cwd: string;
  readonly presets: readonly ProviderPreset[];
  /** Names of the dialects there are. */
  readonly dialects: readonly string[];
  readonly readFile: (path: string) => Promise<string>;
}

export type ReadResult =
  | { readonly config: Config; readonly problems: readonly [] }
  | { readonly config: undefined; readonly problems: readonly ConfigProblem[] };

const defaultListen: ListenAddress = { host: "127.0.0.1", port: 4000 };
const defaultTimeouts: Timeouts = { requestMs: 120_000, connectMs: 10_000, firstByteMs: undefined, idleMs: 60_000 };
const mebibyte = 1024 ** 2;
const accessVariable = "CAUSEWAY_API_KEY";

/** Makes a configuration of a file's text, the environment and the options; or finds all that is wrong with them. */
export async function readConfig(input: ReadInput): Promise<ReadResult> {
  const document = readDocument(input.text, input.env);
  if (document.value === undefined && document.problems.length > 0)
    return { config: undefined, problems: document.problems };
  const overlaid = overlay(document.value, input.env, input.flags);
  const report = createReport(document, overlaid.origins);
  const file = parseSections(overlaid.value, report);
  const timeouts = resolveTimeouts(file.timeouts ?? {}, defaultTimeouts);

  const keys = readAccessKeys(file, input.env, report);
  const listen = readListen(file, keys, input, report);
  const tls = await readTls(file, input, report);
  const routing = resolveRouting(file.routing, report);
  const resolved = resolveProviders(file.providers, { ...input, timeouts, listen, report });
  const store = readStore(file.store ?? defaultStore, input.cwd, report);
  const config: Config = {
    listen,
    store,
    tls,
    access: { keys },
    cors: { origins: file.cors?.origins ?? [] },
    limits: { bodyBytes: file.limits?.body ?? 32 * mebibyte },
    timeouts,
    streams: { keepAliveMs: file.streams?.keep_alive ?? 15_000 },
    shutdown: { graceMs: file.shutdown?.grace ?? 30_000 },
    ledger: {
      bodies: file.ledger?.bodies ?? "full",
      bodyLimitBytes: file.ledger?.body_limit ?? mebibyte / 4,
      ...readOutage(file.ledger, store, input.cwd, report),
      retention: readRetention(file.ledger?.retention, report),
    },
    prices: (file.prices ?? []).map(readPrice),
    log: { level: file.log?.level ?? "info" },
    providers: resolved.providers,
    plans: readPlans(file.models, { resolved, routing, dialects: input.dialects, report }),
    routing: routing.settings,
  };
  if (report.problems.length === 0) return { config, problems: [] };
  return { config: undefined, problems: [...report.problems].sort(byPlace) };
}

/** The file's order; what is not in the file comes last. */
const byPlace = (a: ConfigProblem, b: ConfigProblem): number =>
  (a.line || Number.MAX_SAFE_INTEGER) - (b.line || Number.MAX_SAFE_INTEGER) || a.column - b.column;

type Sections = Omit<ConfigFile, "providers" | "models"> & {
  /** Their entries are parsed later, one by one, so that a bad one hides nothing of the others. */
  readonly providers: Readonly<Record<string, unknown>>;
  readonly models: Readonly<Record<string, unknown>>;
};

/** Section by section, so that one bad section hides nothing of the others. A bad one is as if not given. */
function parseSections(value: unknown, report: Report): Sections {
  const section = report.open({ ...fileSchema.shape, ...inParts }, parseSettings(value, [], report), []);
  return {
    listen: section("listen"),
    store: section("store"),
    tls: section("tls"),
    access: section("access"),
    cors: section("cors"),
    limits: section("limits"),
    timeouts: section("timeouts"),
    streams: section("streams"),
    shutdown: section("shutdown"),
    ledger: section("ledger"),
    prices: section("prices"),
    log: section("log"),
    routing: section("routing"),
    providers: section("providers") ?? {},
    models: section("models") ?? {},
  };
}

/** Sections whose entries are parsed one by one, later. */
const inParts = { providers: settings.nullish(), models: settings.nullish() };

const parseSettings = (value: unknown, path: SettingPath, report: Report): Readonly<Record<string, unknown>> =>
  report.parse(settings.nullish(), value, path) ?? {};

/** The variable's keys beside the file's: setting it never locks anybody out. */
function readAccessKeys(file: Sections, env: Environment, report: Report): string[] {
  const fromVariable = numberedValues(env, accessVariable);
  if (!fromVariable.every(isSendable)) report.addNamed(accessVariable, unsendable);
  return [...new Set([...(file.access?.keys ?? []), ...fromVariable.filter(isSendable)])];
}

function readListen(file: Sections, keys: readonly string[], { env, flags }: ReadInput, report: Report): ListenAddress {
  const given = overlaidAddress(env, flags);
  const { host, port } = file.listen ?? defaultListen;
  const overHost = given.host === undefined ? undefined : parseHost(given.host.text);
  const overPort = given.port === undefined ? undefined : parsePort(given.port.text);
  if (given.host !== undefined && overHost === undefined) {
    report.addNamed(given.host.name, "expected a host or an address, such as 127.0.0.1, ::1 or localhost");
  }
  if (given.port !== undefined && overPort === undefined) {
    report.addNamed(given.port.name, "expected a port from 0 to 65535");
  }
  const listen = { host: overHost ?? host, port: overPort ?? port };
  const accessIsFaulty = report.problems.some(({ path }) => path.startsWith("access") || path === accessVariable);
  if (keys.length === 0 && !accessIsFaulty && !isLoopback(listen.host)) {
    const message =
      `listening on ${showListen(listen)} without access keys would let anybody in who can reach it: ` +
      `set access.keys or the variable ${accessVariable}, or listen on 127.0.0.1`;
    if (given.host === undefined) report.add(["listen"], message);
    else report.addNamed(given.host.name, message);
  }
  return listen;
}

async function readTls(file: Sections, { cwd, readFile }: ReadInput, report: Report): Promise<TlsFiles | undefined> {
  if (!file.tls) return undefined;
  const paths: TlsFiles = { cert: resolve(cwd, file.tls.cert), key: resolve(cwd, file.tls.key) };
  const read = async (setting: "cert" | "key"): Promise<string | undefined> => {
    try {
      return await readFile(paths[setting]);
    } catch (error) {
      const why = isMissing(error) ? "there is no such file" : "the file cannot be read: check who may";
      report.add(["tls", setting], `${why} (${paths[setting]})`);
      return undefined;
    }
  };
  const cert = await read("cert");
  const key = await read("key");
  if (cert === undefined || key === undefined) return paths;
  try {
    createSecureContext({ cert, key });
  } catch {
    report.add(["tls"], "cert and key are no PEM files, or the key is not that of the certificate", "key");
  }
  return paths;
}
