import { toJson } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { ConfigProblemSchema, GetStatusResponseSchema } from "../../gen/causeway/admin/v1/admin_pb.ts";
import { adminClient as client, status } from "./admin-client.ts";
import { credentialOf, fakeRouting } from "./fake-routing.ts";

test("GetStatus says what runs, since when and with what.", async () => {
  const routing = fakeRouting({
    models: { one: { models: ["m"], listedAt: 4_000, error: undefined } },
    credentials: [credentialOf(), credentialOf({ name: "second", state: "cooling" })],
  });
  expect(toJson(GetStatusResponseSchema, await client({ routing: () => routing }).getStatus({}))).toEqual({
    version: "1.2.3",
    startedAt: "1970-01-01T00:16:40Z",
    uptime: "61.250s",
    providers: [
      {
        name: "one",
        dialect: "d",
        baseUrl: "https://a.example",
        credentials: ["sk-…9abc", "sk-…0def"],
        models: ["m"],
        modelsListedAt: "1970-01-01T00:00:04Z",
        credentialCount: 2,
        credentialsReady: 1,
      },
      { name: "two", dialect: "d", baseUrl: "https://b.example" },
    ],
    aliases: [
      { name: "a", target: "two/n", targets: ["two/n", "one/m"], strategy: "weighted" },
      { name: "c", strategy: "fallback" },
      { name: "z", target: "one/m", targets: ["one/m"], strategy: "fallback" },
    ],
    store: { kind: "sqlite", location: "/x.db", writable: true, pending: 2 },
    configPath: "/srv/causeway.yaml",
    configLoadedAt: "1970-01-01T00:25:00Z",
    configProblems: [{ line: 3, column: 4, path: "listen", message: "no" }],
    inFlight: 7,
  });
});

test("GetStatus without a file says so by an empty path, and a clock that went back by no uptime.", async () => {
  const without = client({ now: () => 0, status: () => Promise.resolve({ ...status, configPath: undefined }) });
  const { configPath, uptime } = await without.getStatus({});
  expect([configPath, uptime?.seconds, uptime?.nanos]).toEqual(["", 0n, 0]);
});

test("GetStatus says how much the store holds, and since when there are rows in it.", async () => {
  const storeWith = async (rowsFrom: number) => {
    const store = { ...status.store, sizeBytes: 5_000_000_000, rowsFrom };
    return (await client({ status: () => Promise.resolve({ ...status, store }) }).getStatus({})).store;
  };
  expect(await storeWith(86_400_000)).toMatchObject({ sizeBytes: 5_000_000_000n, rowsFrom: { seconds: 86_400n } });
  expect((await storeWith(0))?.rowsFrom).toBeUndefined();
});

test("ReloadConfig says whether anything is different, and what waits for a restart.", async () => {
  const reload = () => Promise.resolve({ problems: [], changed: true, needsRestart: ["listen"] } as const);
  const { changed, needsRestart } = await client({ reload }).reloadConfig({});
  expect([changed, needsRestart]).toEqual([true, ["listen"]]);
});

test("ReloadConfig with a bad file fails with its faults, in words and as details.", async () => {
  const problems = [
    { line: 2, column: 9, path: "log.level", message: "expected another" },
    { line: 0, column: 0, path: "CAUSEWAY_PORT", message: "expected a port" },
    { line: 5, column: 1, path: "", message: "not YAML" },
  ];
  const failure = await client({ reload: () => Promise.resolve({ problems }) })
    .reloadConfig({})
    .catch((error: unknown) => ConnectError.from(error));
  if (!(failure instanceof ConnectError)) throw new Error("it did not fail");
  expect(failure.code).toBe(Code.FailedPrecondition);
  expect(failure.rawMessage.split("\n")).toEqual([
    "The configuration has faults; the old one stays in force.",
    "line 2: log.level: expected another",
    "CAUSEWAY_PORT: expected a port",
    "line 5: not YAML",
  ]);
  expect(failure.findDetails(ConfigProblemSchema)).toMatchObject(problems);
});

test("A reload that finds very many faults still fits into a status.", async () => {
  const problems = Array.from({ length: 500 }, (_, at) => ({ line: at + 1, column: 1, path: "x", message: "no" }));
  const failure = await client({ reload: () => Promise.resolve({ problems }) })
    .reloadConfig({})
    .catch((error: unknown) => ConnectError.from(error));
  if (!(failure instanceof ConnectError)) throw new Error("it did not fail");
  expect(failure.findDetails(ConfigProblemSchema)).toHaveLength(20);
  expect(failure.rawMessage.endsWith("… and 480 more: CheckConfig lists all.")).toBe(true);
});

test("CheckConfig checks the text it is given, or the file on disk when it is given none.", async () => {
  const asked: (string | undefined)[] = [];
  const problem = { line: 1, column: 2, path: "x", message: "no" };
  const admin = client({
    check(yaml) {
      asked.push(yaml);
      return Promise.resolve(yaml === undefined ? [] : [problem]);
    },
  });
  expect((await admin.checkConfig({ yaml: "x: 1" })).problems).toMatchObject([problem]);
  expect((await admin.checkConfig({})).problems).toEqual([]);
  expect(asked).toEqual(["x: 1", undefined]);
});
