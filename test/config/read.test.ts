import { resolve } from "node:path";
import { expect, test } from "vitest";
import { needsRestart } from "../../src/config/config.ts";
import { showStore } from "../../src/config/store.ts";
import { fallbackDefaults } from "../../src/core/routing.ts";
import { problemsOf, read, readGood } from "./fixtures.ts";

const defaultRouting = {
  retries: 2,
  backoff: { firstMs: 250, mostMs: 8000 },
  affinity: true,
  affinityMs: 3_600_000,
  hedge: undefined,
  breaker: { windowMs: 30_000, minRequests: 10, failureRate: 0.5, openMs: 30_000 },
  modelListMs: 600_000,
};

/** What a provider is to routing when nothing is said of it. */
const defaultProvider = {
  rotation: { mode: "balanced", tolerance: 0, windowMs: 3_600_000 },
  quotaGroups: [],
  models: { allow: [], deny: [] },
};

const plain = (secret: string, name = "…") => ({
  secret,
  name,
  weight: 1,
  tier: 1,
  concurrency: undefined,
  rpm: undefined,
  tpm: undefined,
});

const planOf = (provider: string, model: string) => ({
  strategy: "fallback",
  targets: [{ provider, model, weight: 1, timeoutMs: undefined, retries: undefined, params: undefined }],
  when: [],
  fallbackOn: fallbackDefaults,
  hedge: undefined,
  affinity: true,
});

test("Without a file and without variables everything has its default.", async () => {
  expect(await readGood("")).toEqual({
    listen: { host: "127.0.0.1", port: 4000 },
    store: { kind: "sqlite", path: "/srv/causeway/causeway.db" },
    tls: undefined,
    access: { keys: [] },
    cors: { origins: [] },
    limits: { bodyBytes: 33_554_432 },
    timeouts: { requestMs: 120_000, connectMs: 10_000, firstByteMs: undefined, idleMs: 60_000 },
    streams: { keepAliveMs: 15_000 },
    shutdown: { graceMs: 30_000 },
    ledger: {
      bodies: "full",
      bodyLimitBytes: 262_144,
      onFailure: "serve",
      commitTimeoutMs: 5000,
      journal: { path: "/srv/causeway/causeway.db.journal", limitBytes: 16_777_216 },
      retention: { bodiesMs: undefined, rowsMs: undefined, sizeBytes: undefined },
    },
    prices: [],
    log: { level: "info" },
    providers: [],
    plans: {},
    routing: defaultRouting,
  });
});

test("A file with all settings is read whole.", async () => {
  const text = `
listen: "[::1]:5000"
store: sqlite:/var/lib/ledger.db
access: { keys: [ "\${CAUSEWAY_API_KEY}", other-key ] }
cors: { origins: ["https://app.example", "*"] }
limits: { body: 1.5 MiB }
timeouts: { request: 1h, connect: 500ms, first_byte: 1.5m, idle: 30s }
streams: { keep_alive: 5s }
shutdown: { grace: 5s }
ledger: { bodies: off, body_limit: 1000, on_failure: refuse, commit_timeout: 2s, journal: ./rows, journal_limit: 1MB, retention: { bodies: 12h, rows: 1y, size: 10GB } }
prices:
  - { model: "openai/gpt-*", input: 0.4, output: 1.6, cache_read: 0.1, cache_write_5m: "0.5", cache_write_1h: 0, input_audio: 40 }
log: { level: debug }
providers:
  openai: { keys: ["\${A}", b, b], headers: { x-team: blue }, timeouts: { idle: 1m } }
  work: { preset: openai, keys: [c], base_url: "https://proxy.example/v1" }
  local: { dialect: openai-chat, base_url: " http://127.0.0.1:1234/v1 " }
  anthropic: { enabled: false }
models:
  fast: openai/gpt-4.1-mini
  deep: local/vendor/model
`;
  const config = await readGood(text, { env: { CAUSEWAY_API_KEY: "one", A: "a" } });
  const timeouts = { requestMs: 3_600_000, connectMs: 500, firstByteMs: 90_000, idleMs: 30_000 };
  expect(config).toEqual({
    listen: { host: "::1", port: 5000 },
    store: { kind: "sqlite", path: "/var/lib/ledger.db" },
    tls: undefined,
    access: { keys: ["one", "other-key"] },
    cors: { origins: ["https://app.example", "*"] },
    limits: { bodyBytes: 1_572_864 },
    timeouts,
    streams: { keepAliveMs: 5000 },
    shutdown: { graceMs: 5000 },
    ledger: {
      bodies: "off",
      bodyLimitBytes: 1000,
      onFailure: "refuse",
      commitTimeoutMs: 2000,
      journal: { path: "/srv/causeway/rows", limitBytes: 1_048_576 },
      retention: { bodiesMs: 43_200_000, rowsMs: 31_536_000_000, sizeBytes: 10_737_418_240 },
    },
    prices: [
      {
        model: "openai/gpt-*",
        serviceTier: undefined,
        input: 400_000_000n,
        output: 1_600_000_000n,
        cacheRead: 100_000_000n,
        cacheWrite5m: 500_000_000n,
        cacheWrite1h: 0n,
        inputAudio: 40_000_000_000n,
        outputAudio: undefined,
      },
    ],
    log: { level: "debug" },
    providers: [
      {
        name: "openai",
        preset: "openai",
        dialect: "openai-chat",
        baseUrl: "https://api.openai.com/v1",
        ...defaultProvider,
        credentials: [plain("a"), plain("b", "… (2)")],
        headers: { "x-team": "blue" },
        timeouts: { ...timeouts, idleMs: 60_000 },
      },
      {
        name: "work",
        preset: "openai",
        dialect: "openai-chat",
        baseUrl: "https://proxy.example/v1",
        ...defaultProvider,
        credentials: [plain("c")],
        headers: {},
        timeouts,
      },
      {
        name: "local",
        preset: undefined,
        dialect: "openai-chat",
        baseUrl: "http://127.0.0.1:1234/v1",
        ...defaultProvider,
        credentials: [],
        headers: {},
        timeouts,
      },
    ],
    plans: { fast: planOf("openai", "gpt-4.1-mini"), deep: planOf("local", "vendor/model") },
    routing: defaultRouting,
  });
});

test("Rows of a ledger in memory wait nowhere.", async () => {
  const { ledger } = await readGood("store: 'sqlite::memory:'\nledger: { journal: ./rows, on_failure: refuse }");
  expect(ledger).toMatchObject({ journal: undefined, onFailure: "refuse" });
});

test("What the ledger reads once is told to need a restart when it changes, and the rest is not.", async () => {
  const old = await readGood("");
  const changed = async (settings: string): Promise<string[]> =>
    needsRestart(old, await readGood(`ledger: { ${settings} }`));
  expect(await changed("on_failure: refuse, bodies: off")).toEqual([]);
  expect(await changed("journal_limit: 1MB")).toEqual(["ledger.journal"]);
  expect(await changed("journal: ./rows, commit_timeout: 1s")).toEqual(["ledger.commit_timeout", "ledger.journal"]);
});

test("Sections with all their settings commented out are as if not there.", async () => {
  const sections = [
    "listen",
    "store",
    "tls",
    "access",
    "cors",
    "limits",
    "timeouts",
    "streams",
    "shutdown",
    "ledger",
    "prices",
  ];
  const text = [...sections, "log", "providers", "models", "routing"]
    .map((section) => `${section}:\n  # nothing\n`)
    .join("");
  expect(await readGood(text)).toEqual(await readGood(""));
  expect(await readGood("access:\n  keys:\ntimeouts:\n  idle:\n")).toEqual(await readGood(""));
});

test("Options come before variables, variables before the file, the file before the defaults.", async () => {
  const text = "listen: 127.0.0.2:1\nstore: sqlite:file.db\nlog: { level: warn }\nlimits: { body: 1KB }\n";
  const env = {
    CAUSEWAY_LISTEN: "127.0.0.3:2",
    CAUSEWAY_STORE: "sqlite:env.db",
    CAUSEWAY_LOG_LEVEL: "error",
    CAUSEWAY_CORS_ORIGINS: "https://a.example, https://b.example",
    CAUSEWAY_TIMEOUTS_FIRST_BYTE: "7s",
    CAUSEWAY_LEDGER_RETENTION_ROWS: "90d",
  };
  const flags = { host: "127.0.0.4", port: "3", store: "sqlite:flag.db", logLevel: "fatal" };

  const fromFile = await readGood(text);
  expect([fromFile.listen, showStore(fromFile.store), fromFile.log.level, fromFile.limits.bodyBytes]).toEqual([
    { host: "127.0.0.2", port: 1 },
    "/srv/causeway/file.db",
    "warn",
    1024,
  ]);
  const fromEnv = await readGood(text, { env });
  expect([fromEnv.listen, showStore(fromEnv.store), fromEnv.log.level, fromEnv.limits.bodyBytes]).toEqual([
    { host: "127.0.0.3", port: 2 },
    "/srv/causeway/env.db",
    "error",
    1024,
  ]);
  expect(fromEnv.cors.origins).toEqual(["https://a.example", "https://b.example"]);
  expect(fromEnv.timeouts.firstByteMs).toBe(7000);
  expect(fromEnv.ledger.retention.rowsMs).toBe(7_776_000_000);
  const fromFlags = await readGood(text, { env, flags });
  expect([fromFlags.listen, showStore(fromFlags.store), fromFlags.log.level]).toEqual([
    { host: "127.0.0.4", port: 3 },
    "/srv/causeway/flag.db",
    "fatal",
  ]);
});

test("A host or a port alone changes just that of the address; the option comes before the variable.", async () => {
  const text = "listen: 127.0.0.2:1";
  expect((await readGood(text, { env: { CAUSEWAY_PORT: "9" } })).listen).toEqual({ host: "127.0.0.2", port: 9 });
  expect((await readGood(text, { flags: { host: "[::1]" } })).listen).toEqual({ host: "::1", port: 1 });
  const env = { CAUSEWAY_HOST: "localhost", CAUSEWAY_PORT: "9" };
  expect((await readGood(text, { env, flags: { port: "8" } })).listen).toEqual({ host: "localhost", port: 8 });
});

test("The variable that Kubernetes makes of a service called causeway is not taken for the port.", async () => {
  expect((await readGood("", { env: { CAUSEWAY_PORT: "tcp://10.0.0.7:4000" } })).listen.port).toBe(4000);
});

test("An access key opens every address, and the variable alone is enough.", async () => {
  const config = await readGood("listen: :4000", { env: { CAUSEWAY_API_KEY: "k" } });
  expect(config.listen).toEqual({ host: undefined, port: 4000 });
  expect(config.access.keys).toEqual(["k"]);
  const both = await readGood("access: { keys: [a, k] }", {
    env: { CAUSEWAY_API_KEY: "k\n", CAUSEWAY_API_KEY_1: "b" },
  });
  expect(both.access.keys).toEqual(["a", "k", "b"]);
});

test.each(["127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"])(
  "%s is this machine alone, so no key is needed.",
  async (host) => {
    expect(await problemsOf("", { flags: { host } })).toEqual([]);
  },
);

test.each(["0.0.0.0", "::", "192.168.0.1", "12.7.0.1", "example.org", "::2", "1::1", "127.0.0.1.example.org"])(
  "%s can be reached from elsewhere, so a key is needed.",
  async (host) => {
    expect(await problemsOf("", { flags: { host } })).toHaveLength(1);
    expect(await problemsOf("", { flags: { host }, env: { CAUSEWAY_API_KEY: "k" } })).toEqual([]);
  },
);

test("Variables are put into texts, with defaults, and can be written as themselves.", async () => {
  const env = { A: "one", EMPTY: "", DOLLAR: "$" + "{A}" };
  const headers = `
      set: "<\${A}|\${A}>"
      unset: \${NONE:-fallback}
      empty-default: "<\${EMPTY:-}>"
      empty: "<\${EMPTY}>"
      used: \${EMPTY:-used}
      plain: $A $ {A}
      itself: $\${A}
      once: \${DOLLAR}
      block: |-
        \${A} and more`;
  const config = await readGood(`providers:\n  ollama:\n    headers:${headers}\n`, { env });
  expect(config.providers[0]?.headers).toEqual({
    set: "<one|one>",
    unset: "fallback",
    "empty-default": "<>",
    empty: "<>",
    used: "used",
    plain: "$A $ {A}",
    itself: "$" + "{A}",
    once: "$" + "{A}",
    block: "one and more",
  });
});

test("What a variable holds is a text and no YAML.", async () => {
  const env = { SNEAKY: "a\nlisten: 0.0.0.0:1", ON: "false", PRICE: "2.5" };
  const text = `
providers:
  ollama: { headers: { a: "\${ON}" } }
  off: { preset: ollama, enabled: "\${ON}" }
prices: [ { model: a/b, input: "\${PRICE}", output: "\${PRICE}" } ]
`;
  const config = await readGood(text, { env });
  expect(config.providers.map(({ name, headers }) => [name, headers])).toEqual([["ollama", { a: "false" }]]);
  expect(config.prices[0]).toMatchObject({ input: 2_500_000_000n });
  expect(await problemsOf(`store: \${SNEAKY}`, { env })).toEqual([
    "1:8 store: expected sqlite: and a file, such as sqlite:./causeway.db, or postgres://user:password@host:5432/database",
  ]);
});

test("Anchors and merge keys share settings.", async () => {
  const text = `
providers:
  one: &shared { preset: ollama, timeouts: { idle: 1s } }
  two: *shared
  three: { <<: *shared, headers: { a: b } }
`;
  const { providers } = await readGood(text);
  expect(providers.map(({ name, timeouts, headers }) => [name, timeouts.idleMs, headers])).toEqual([
    ["one", 1000, {}],
    ["two", 1000, {}],
    ["three", 1000, { a: "b" }],
  ]);
});

test("What follows from a fault is not reported as another one.", async () => {
  const text = `
listen: 0.0.0.0:4000
access: { keys: ["\${UNSET}"] }
providers:
  work: { preset: openai, keys: ["\${UNSET}"] }
models:
  fast: work/x
`;
  expect((await read(text)).problems.map(({ path }) => path)).toEqual(["access.keys[0]", "providers.work.keys[0]"]);
});

test("Relative files are relative to the working directory, and a store may be in memory.", async () => {
  expect(showStore((await readGood("store: sqlite:a/../b.db", { cwd: "/x" })).store)).toBe(resolve("/x/b.db"));
  expect(showStore((await readGood("store: sqlite:///y/b.db", { cwd: "/x" })).store)).toBe("/y/b.db");
  expect(showStore((await readGood("store: 'sqlite::memory:'")).store)).toBe(":memory:");
});

test("A store may be a database on a server; its password is for nobody to see.", async () => {
  const env = { LEDGER_PASSWORD: "hush%40" };
  const text = `store: postgresql://me:\${LEDGER_PASSWORD}@db.example:6432/ledger?sslmode=require`;
  const { store } = await readGood(text, { env });
  expect(store).toEqual({
    kind: "postgres",
    url: "postgresql://me:hush%40@db.example:6432/ledger?sslmode=verify-full",
    location: "postgresql://me@db.example:6432/ledger",
  });
  const socket = await readGood("store: postgres:///ledger?host=/run/postgresql&password=hush");
  expect(showStore(socket.store)).toBe("postgres:///ledger?host=/run/postgresql");
  const lax = await readGood("store: postgres://db/x?sslmode=require&uselibpqcompat=true");
  expect(lax.store).toMatchObject({ url: "postgres://db/x?sslmode=require&uselibpqcompat=true" });
});

test("Files of TLS that are no PEM are refused without repeating them.", async () => {
  const readFile = () => Promise.resolve("hush");
  expect(await problemsOf("tls: { cert: c, key: k }", { readFile })).toEqual([
    "1:1 tls: cert and key are no PEM files, or the key is not that of the certificate",
  ]);
});

test("What takes effect only at the next start is said.", async () => {
  const old = await readGood("");
  const fresh = await readGood(
    "listen: 127.0.0.1:1\nlimits: { body: 1 }\ntimeouts: { idle: 1s }\nproviders: { ollama: }",
  );
  expect(needsRestart(old, fresh)).toEqual(["listen", "limits"]);
  expect(needsRestart(old, await readGood("log:"))).toEqual([]);
});
