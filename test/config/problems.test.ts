import { expect, test } from "vitest";
import { problemsOf, read } from "./fixtures.ts";

/** What is wrong, the file, and the problems as "line:column path: beginning of the message". */
const badFiles: readonly [string, string, readonly string[]][] = [
  ["a misspelt section", "provider:\n  x: {}\n", ["1:1 provider: unknown key 'provider': did you mean 'providers'?"]],
  [
    "another tool's word for a setting",
    "port: 4000\nproviders:\n  openai:\n    api_key: k\n",
    [
      "1:1 port: unknown key 'port': did you mean 'listen'?",
      "4:5 providers.openai.api_key: unknown key 'api_key': did you mean 'keys'?",
    ],
  ],
  [
    "a key that is like none",
    "tls:\n  cert: a\n  key: b\n  zzzzzz: 1\n",
    ["4:3 tls.zzzzzz: unknown key 'zzzzzz': expected one of cert, key"],
  ],
  ["a port by itself", "listen: 4000", ["1:9 listen: expected host:port, such as 127.0.0.1:4000"]],
  ["a port that is too large", "listen: 127.0.0.1:65536", ["1:9 listen: expected host:port"]],
  ["an address with a slip", "listen: 127.0.0:4000", ["1:9 listen: expected host:port"]],
  [
    "listening everywhere without keys",
    "log: { level: info }\nlisten: 0.0.0.0:4000",
    ["2:9 listen: listening on 0.0.0.0:4000 without access keys would let anybody in"],
  ],
  ["listening on every interface without keys", "listen: :4000", ["1:9 listen: listening on *:4000 without access"]],
  ["a name that only begins like the loopback", "listen: 127.0.0.1.example:1", ["1:9 listen: listening on"]],
  ["a store that nobody knows", "store: redis://user:hush@db/0", ["1:8 store: expected sqlite: and a file, such as"]],
  [
    "a database without a server",
    "store: postgres:x",
    ["1:8 store: expected postgres://user:password@host:5432/database"],
  ],
  [
    "a database with a parameter that nobody knows",
    "store: postgres://db/x?sslmod=verify-full",
    ["1:8 store: behind the ? there may be sslmode, sslrootcert,"],
  ],
  [
    "a database with a way to secure it that nobody knows",
    "store: postgres://db/x?sslmode=on",
    ["1:8 store: expected sslmode to be disable, prefer, require, verify-ca, verify-full or no-verify"],
  ],
  ["a store without its kind", "store: ./causeway.db", ["1:8 store: expected sqlite: and a file"]],
  ["half of TLS", "tls:\n  cert: c.pem\n", ["1:1 tls.key: is missing: expected a text"]],
  [
    "files that are not there",
    "tls: { cert: c.pem, key: /k.pem }",
    ["1:14 tls.cert: there is no such file (/srv/causeway/c.pem)", "1:26 tls.key: there is no such file (/k.pem)"],
  ],
  [
    "keys of all wrong kinds",
    "access:\n  keys:\n    - 12345\n    - ''\n    - two words\n    - { a: b }\n    -\n",
    [
      "3:7 access.keys[0]: expected a text, found a number: put it in quotes",
      "4:7 access.keys[1]: is empty",
      "5:7 access.keys[2]: holds a space",
      "6:7 access.keys[3]: expected a text, found settings below it",
      "7:6 access.keys[4]: expected a text, found nothing",
    ],
  ],
  ["a key that is no list", "access: { keys: abc }", ["1:17 access.keys: expected a list, found a text"]],
  [
    "origins with a path and without a scheme",
    "cors:\n  origins:\n    - https://app.example/\n    - app.example\n",
    [
      "3:7 cors.origins[0]: expected an origin such as https://app.example, without a path",
      "4:7 cors.origins[1]: expected an origin",
    ],
  ],
  [
    "times without a unit, too long, and of nothing",
    "timeouts: { request: 30, connect: 25d, idle: 600h, first_byte: 0s }",
    [
      "1:22 timeouts.request: expected a time with its unit, such as 500ms, 30s, 10m or 1h, and at most 24 days, found a number",
      "1:35 timeouts.connect: expected a time",
      "1:46 timeouts.idle: expected a time",
      "1:64 timeouts.first_byte: expected a time",
    ],
  ],
  ["a size in words", "limits: { body: 32 megs }", ["1:17 limits.body: expected a size such as 256KB or 32MB, found"]],
  [
    "words that are none of the choice",
    "ledger: { bodies: sometimes }\nlog: { level: loud }",
    [
      "1:19 ledger.bodies: expected one of full, metadata, off, found 'sometimes'",
      "2:15 log.level: expected one of trace, debug, info, warn, error, fatal, silent, found 'loud'",
    ],
  ],
  [
    "a retention that nobody would want",
    "ledger:\n  retention:\n    bodies: 6m\n    rows: 12h\n    size: 10\n",
    [
      "3:13 ledger.retention.bodies: expected a time with its unit, such as 12h, 30d, 52w or 1y, found '6m'",
      "4:11 ledger.retention.rows: expected a time of at least a day, such as 90d, 52w or 1y, found '12h'",
      "5:11 ledger.retention.size: expected a size of at least 1MB, such as 500MB or 10GB, found '10'",
    ],
  ],
  [
    "bodies that are to outlive their rows",
    "ledger: { retention: { bodies: 90d, rows: 30d } }",
    ["1:32 ledger.retention.bodies: is longer than 'rows', and bodies go with their rows: make it shorter"],
  ],
  [
    "a ledger that could not hold rows back",
    "store: sqlite:./rows.db\nledger:\n  on_failure: wait\n  commit_timeout: 5\n  journal_limit: 10KB\n",
    [
      "3:15 ledger.on_failure: expected serve or refuse, found 'wait'",
      "4:19 ledger.commit_timeout: expected a time with its unit, such as 500ms, 30s, 10m or 1h, and at most 24 days",
      "5:18 ledger.journal_limit: expected a size of at least 64KB, such as 16MB, found '10KB'",
    ],
  ],
  [
    "a journal in the ledger's own file",
    "store: sqlite:./rows.db\nledger: { journal: ./rows.db }",
    ["2:20 ledger.journal: is the file of the ledger itself: name another one"],
  ],
  ["a retention of one word", "ledger: { retention: 30d }", ["1:22 ledger.retention: expected settings"]],
  [
    "prices that are none",
    "prices:\n  - { model: x, input: 1, output: 1 }\n  - { model: a/b, input: -1, output: lots }\n  - { model: a/b, input: 1 }\n",
    [
      "2:14 prices[0].model: expected provider/model",
      "3:26 prices[1].input: expected US dollars a million tokens, from 0 to 1000000, such as 0.4, found '-1'",
      "3:38 prices[1].output: expected US dollars",
      "4:5 prices[2].output: is missing: expected US dollars",
    ],
  ],
  [
    "a preset without a key",
    "providers:\n  openai:\n  anthropic:\n    keys: []\n  gemini: {}\n",
    [
      "2:3 providers.openai: has no keys: set the variable OPENAI_API_KEY in the environment or in .env, or list some under 'keys'",
      "4:5 providers.anthropic.keys: has no keys: set the variable ANTHROPIC_API_KEY",
      "5:3 providers.gemini: has no keys: set the variable GEMINI_API_KEY (or GOOGLE_API_KEY)",
    ],
  ],
  [
    "providers that nobody knows",
    "providers:\n  opena: { keys: [k] }\n  mine: {}\n  local: { dialect: openai-chat }\n  far: { base_url: https://a.example }\n",
    [
      "2:3 providers.opena: 'opena' is no known provider: did you mean 'openai'?",
      "3:3 providers.mine: 'mine' is no known provider (known: openai, anthropic, gemini, ollama): give it dialect and base_url",
      "4:3 providers.local: base_url is missing",
      "5:3 providers.far: dialect is missing",
    ],
  ],
  [
    "several faults of one provider",
    "providers:\n  work:\n    preset: antropic\n    dialect: klingon\n    base_url: ftp://a.example\n    headers: { k: v, 'a b': x, Host: y }\n    timeouts: { idle: soon }\n    enabled: maybe\n",
    [
      "3:13 providers.work.preset: no such preset: did you mean 'anthropic'?",
      "4:14 providers.work.dialect: no such dialect: expected one of openai-chat, openai-responses, anthropic, gemini",
      "5:15 providers.work.base_url: expected an address that begins with http:// or https://",
      "6:22 providers.work.headers.a b: is no name of an HTTP header",
      "6:32 providers.work.headers.Host: is set by the gateway itself",
      "7:23 providers.work.timeouts.idle: expected a time",
      "8:14 providers.work.enabled: expected true or false",
    ],
  ],
  [
    "a password in an address",
    "providers:\n  work: { dialect: gemini, base_url: 'https://me:hush@a.example' }\n",
    ["2:38 providers.work.base_url: holds a user name or a password: give the key under 'keys'"],
  ],
  [
    "a provider of no kind",
    "providers:\n  openai: [k]\n",
    ["2:11 providers.openai: expected settings below it, found a list"],
  ],
  ["a provider's name with a slash", "providers:\n  a/b: { preset: ollama }\n", ["2:3 providers.a/b: expected a name"]],
  [
    "aliases that lead nowhere",
    "providers: { ollama: , gemini: { enabled: false } }\nmodels:\n  a: ollama\n  b: ollana/x\n  c: ollama/\n  d/e: ollama/x\n  f: gemini/x\n  g:\n  h: true\n",
    [
      "3:6 models.a: expected provider/model",
      "4:6 models.b: there is no provider 'ollana': did you mean 'ollama'?",
      "5:6 models.c: expected provider/model",
      "6:3 models.d/e: an alias holds no slash",
      "7:6 models.f: the provider 'gemini' is switched off (enabled: false)",
      "8:5 models.g: expected provider/model, a list of them, or settings below it with targets, found nothing",
      "9:6 models.h: expected provider/model, a list of them, or settings below it with targets, found true",
    ],
  ],
  [
    "variables that are not set, and none at all",
    `store: sqlite:\${DIR}/a.db\naccess:\n  keys:\n    - \${KEY}\n    - a\${}b\n    - \${open\n`,
    [
      "1:8 store: the variable DIR is not set",
      `4:7 access.keys[0]: the variable KEY is not set: set it in the environment or in .env, or give a default: \${KEY:-…}`,
      `5:7 access.keys[1]: expected \${NAME}`,
      `6:7 access.keys[2]: expected \${NAME}`,
    ],
  ],
  ["a name that every object has", `store: \${constructor}`, ["1:8 store: the variable constructor is not set"]],
  ["a key given twice", "log: { level: info }\nstore: sqlite:a\nlog: { level: warn }", ["3:1 log: is given twice"]],
  ["no settings at all", "- a\n- b\n", ["1:1 : expected settings below it, found a list"]],
  [
    "a section that is none",
    "limits: 5\nproviders: all",
    ["1:9 limits: expected", "2:12 providers: expected settings"],
  ],
  ["a list for a name", "? [a, b]\n: c\n", ["1:3 : expected a name before the colon"]],
  ["a prototype", "providers:\n  __proto__: {}\n", ["2:3 providers.__proto__: cannot be a name"]],
  ["an anchor that is not there", "log: *level\n", ["1:6 log: there is no anchor of this name before it"]],
  ["a tag", "log: !js/function 'hush'\n", ["1:6 : not YAML: Unresolved tag"]],
  ["a quote that stays open", "store: 'sqlite:a\n", ["2:1 : not YAML: Missing closing 'quote"]],
  ["a tab", "log:\n\tlevel: info\n", ["2:1 : not YAML: Tabs are not allowed as indentation"]],
  ["two documents", "store: sqlite:a\n---\nstore: sqlite:b\n", ["2:1 : the file holds more than one YAML document"]],
  [
    "a variable in a flow list without quotes",
    `access:\n  keys: [\${KEY}]\n`,
    [`2:11 : not YAML: Missing , or : between flow sequence items. Inside [ ] and { }, a \${NAME} has to be in quotes`],
  ],
  ["two colons", "store: sqlite: a\n", ["1:8 : not YAML: a second colon in the line"]],
  ["a depth that nobody needs", `log: ${"[".repeat(5000)}`, ["1:"]],
];

test.each(badFiles)("%s is refused with its place and what to do", async (_what, text, expected) => {
  const problems = await problemsOf(text);
  const beginnings = problems.map((problem, at) => problem.slice(0, expected[at]?.length));
  expect(beginnings, problems.join("\n")).toEqual(expected);
});

test("Settings that variables and options gave are refused by the variable's or the option's name.", async () => {
  const env = { CAUSEWAY_LIMITS_BODY: "big", CAUSEWAY_HOST: "a b", CAUSEWAY_TLS_CERT: "c.pem", CAUSEWAY_API_KEY: "ü" };
  const flags = { port: "many", store: "x", logLevel: "loud" };
  expect(await problemsOf("", { env, flags })).toEqual([
    "0:0 tls.key: is missing: expected a text",
    "0:0 CAUSEWAY_LIMITS_BODY: expected a size such as 256KB or 32MB, found 'big'",
    "0:0 --log-level: expected one of trace, debug, info, warn, error, fatal, silent, found 'loud'",
    "0:0 CAUSEWAY_API_KEY: holds a space, a line break or another character that no key has",
    "0:0 CAUSEWAY_HOST: expected a host or an address, such as 127.0.0.1, ::1 or localhost",
    "0:0 --port: expected a port from 0 to 65535",
    expect.stringMatching(/^0:0 --store: expected sqlite: and a file, such as sqlite:\.\/causeway\.db/),
  ]);
});

test("Opening the gateway by an option is refused by the option's name.", async () => {
  const [problem] = (await read("", { flags: { host: "::" } })).problems;
  expect(problem?.path).toBe("--host");
  expect(problem?.message).toContain("listening on [::]:4000 without access keys");
});

test("No message holds the value of a key, wherever somebody has put it.", async () => {
  const secret = "sk-live-0123456789abcdef";
  const longer = `${secret}${secret}`;
  const texts = [
    `access: { keys: ["${secret} x", 5, "\${SECRET} y"] }`,
    `access: { keys: "${secret}" }`,
    `access: { ${longer}: 1 }`,
    `listen: ${longer}\nlog: { level: ${longer} }\nledger: { bodies: "\${SECRET}" }\nlimits: { body: "\${SECRET}" }`,
    `providers: { openai: ${secret} }`,
    `providers: { openai: { keys: [k], base_url: "${secret}", preset: "${longer}", headers: { a: "${secret}\\n" } } }`,
    `store: mysql://me:${secret}@db/x`,
    `store: postgres://me:${secret}@db:port/x`,
    `store: postgres://me:1?${secret}@db/x`,
    `store: postgres://me:${secret}@db/x?sslmode=${secret}`,
    `models: { a: "${secret}", b: "${longer}/x" }`,
    `prices: [ { model: "${secret}", input: "${longer}", output: "\${SECRET}" } ]`,
    `cors: { origins: ["${longer}"] }`,
    `timeouts: { idle: "${longer}" }`,
    `providers: { openai: { keys: [{ key: "${secret} x" }, { name: "${secret}" }, { key: "${secret}", name: "${secret}" }] } }`,
    `providers: { openai: { keys: [{ key: "${secret}", weight: 2 }, { key: "${secret}", tier: 2 }] } }`,
    `providers: { openai: { rotation: "${secret}", quota_groups: ["${secret}"], models: "${secret}" } }`,
    `models: { a: ["${secret}", { model: "${longer}/x", weight: "${secret}", params: { temperature: "${secret}" } }] }`,
    `models: { a: { strategy: "${secret}", targets: "${secret}", hedge: "${secret}", when: ["${secret}"] } }`,
    `routing: { hedge: "${secret}", retries: "${secret}", breaker: "${secret}", backoff: { first: "${secret}" } }`,
    `"${secret}" ${secret}`,
    `a: >${secret}\n`,
    `a: *${secret}\n`,
    `a: !${secret} b\n`,
    `a: "\\q${secret}"\n`,
  ];
  const env = { SECRET: secret, CAUSEWAY_API_KEY: `${secret} z`, OPENAI_API_KEY: `${secret}\u0007` };
  for (const text of texts) {
    const problems = await problemsOf(text, { env });
    expect(problems, text).not.toEqual([]);
    expect(problems.join("\n"), text).not.toContain(secret);
  }
});
