/** What is said when the gateway has started. */
export interface BannerFacts {
  readonly version: string;
  /** How to reach it from this machine: "http://127.0.0.1:4000". */
  readonly url: string;
  /** undefined: there is none. */
  readonly configPath: string | undefined;
  readonly providers: readonly {
    readonly name: string;
    /** Masked. */
    readonly keys: readonly string[];
  }[];
  /** A name of the configuration to what it stands for, as text. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Without secrets. */
  readonly store: string;
  readonly accessRequired: boolean;
  /** A model to try it with. */
  readonly model: string;
}

const mostKeys = 3;

/** A few lines, the last of which can be pasted into a shell. No secret is in them. */
export function banner(facts: BannerFacts): string {
  const aliases = Object.entries(facts.aliases).map(([alias, target]) => `${alias} → ${target}`);
  const rows: [string, readonly string[]][] = [
    ["config", [facts.configPath ?? "no file; 'npm start -- init' writes one"]],
    ["store", [facts.store]],
    ["providers", facts.providers.length === 0 ? ["none"] : describeProviders(facts.providers)],
    ["aliases", aliases],
    ["access", [facts.accessRequired ? "with a key" : "without a key"]],
  ];
  const lines = rows.flatMap(([title, values]) =>
    values.map((value, at) => `  ${(at === 0 ? title : "").padEnd(11)}${value}`),
  );
  const hint = facts.accessRequired ? " (CAUSEWAY_API_KEY: one of the access keys)" : "";
  return [`Causeway ${facts.version} serves on ${facts.url}`, ...lines, `Try it${hint}:`, `  ${tryIt(facts)}`, ""].join(
    "\n",
  );
}

function describeProviders(providers: BannerFacts["providers"]): string[] {
  const width = Math.max(...providers.map(({ name }) => name.length));
  return providers.map(({ name, keys }) => `${name.padEnd(width)}  ${describeKeys(keys)}`);
}

/** "2 keys  sk-…9abc, sk-…0def". `keys`: masked. */
export function describeKeys(keys: readonly string[]): string {
  if (keys.length === 0) return "no key";
  const more = keys.length > mostKeys ? ", …" : "";
  return `${keys.length === 1 ? "1 key " : `${keys.length} keys`}  ${keys.slice(0, mostKeys).join(", ")}${more}`;
}

function tryIt({ url, accessRequired, model }: BannerFacts): string {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello!" }] });
  const key = accessRequired ? ' -H "authorization: Bearer $CAUSEWAY_API_KEY"' : "";
  return `curl ${url}/v1/chat/completions${key} -H 'content-type: application/json' -d ${quote(body)}`;
}

/** For a POSIX shell. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
