import type { ProviderPreset } from "../config/config.ts";

export interface FoundProvider {
  readonly preset: ProviderPreset;
  /** Names of the variables that hold its keys; of a key in parts, all of them with ":" between. None: it needs none. */
  readonly variables: readonly string[];
}

export interface TemplateFacts {
  readonly found: readonly FoundProvider[];
  /** Names of the variables that hold access keys. */
  readonly access: readonly string[];
  readonly presets: readonly ProviderPreset[];
}

/** The text of a new configuration file: what was found, and the rest as comments. No key's value is in it. */
export function configTemplate({ found, access, presets }: TemplateFacts): string {
  const example = found[0]?.preset ?? presets[0];
  const name = example?.name ?? "provider";
  const others = presets.filter((preset) => preset.builtIn !== true && !found.some((one) => one.preset === preset));
  return `# Configuration of Causeway. Everything is optional: what is not here has its default.
# \${NAME} is taken from the environment, or from a file .env in the working directory; \${NAME:-default} has a default.
# What you change takes effect at once, except for listen, store, tls, cors, limits, streams, shutdown, log and the ledger's
# journal and commit_timeout: at the next start.
# 'npm start -- check' says what is wrong with this file.

# Where to listen. ":4000" listens on every interface; that needs an access key.
listen: 127.0.0.1:4000

# The ledger: a file, relative to the working directory, or postgres://user:password@host:5432/database.
store: sqlite:./causeway.db

${accessSection(access)}

${providersSection(found, example)}
${knownComment(others, example)}

# Names of your own: for one model, or for a plan of several, where the next one serves when one cannot.
# models:
#   fast: ${name}/name-of-the-model
#   smart:
#     targets: [${name}/name-of-the-model, ${name}/name-of-another]
#     when:
#       - { if: { input_tokens_over: 100000 }, use: ${name}/name-of-a-model-with-a-long-context }

# What to do when a provider cannot serve.
# routing: { retries: 2, hedge: false, affinity: true, breaker: true }

# timeouts: { request: 120s, connect: 10s, first_byte: 60s, idle: 60s }

# What to keep beside a call's row: full (all that was said), metadata (the request's settings only) or off. And what to do
# while rows cannot be written: serve (they wait in a journal beside the store) or refuse.
# ledger: { bodies: full, body_limit: 256KB, on_failure: serve }

# Prices that the catalogue does not know, in US dollars a million tokens.
# prices:
#   - { model: "${name}/*", input: 0.4, output: 1.6, cache_read: 0.1 }

# tls: { cert: ./cert.pem, key: ./key.pem }
# cors: { origins: ["https://app.example"] }
# limits: { body: 32MB }
# streams: { keep_alive: 15s }
# shutdown: { grace: 30s }
# log: { level: info }
`;
}

const reference = (variables: string): string =>
  `"${variables
    .split(":")
    .map((variable) => `\${${variable}}`)
    .join(":")}"`;

function accessSection(variables: readonly string[]): string {
  const title = "# Who shows one of these keys is let in. Without any, everybody on this machine is.\n";
  if (variables.length > 0) return `${title}access:\n  keys: [${variables.map(reference).join(", ")}]`;
  return `${title}# access:\n#   keys: [${reference("CAUSEWAY_API_KEY")}]`;
}

function providersSection(found: readonly FoundProvider[], example: ProviderPreset | undefined): string {
  const title = "# Whom to ask. The presets know base_url and dialect.\n";
  if (found.length === 0) {
    const variable = example?.envKeys[0] ?? "NAME_API_KEY";
    return `${title}# providers:\n#   ${example?.name ?? "name"}:\n#     keys: [${reference(variable)}]`;
  }
  const entries = found.map(({ preset, variables }) =>
    variables.length === 0
      ? `  ${preset.name}: {} # ${preset.baseUrl}`
      : `  ${preset.name}:\n    keys: [${variables.map(reference).join(", ")}]`,
  );
  return `${title}providers:\n${entries.join("\n")}`;
}

function knownComment(others: readonly ProviderPreset[], example: ProviderPreset | undefined): string {
  const known = others.length === 0 ? "" : `# Also known: ${others.map(({ name }) => name).join(", ")}.\n`;
  const server = `local: { dialect: ${example?.dialects[0] ?? "name-of-the-dialect"}, base_url: "http://127.0.0.1:8080/v1" }`;
  return `${known}# Any other server that speaks a known dialect:\n#   ${server}`;
}
