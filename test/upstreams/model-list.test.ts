import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Credential } from "../../src/core/ports.ts";
import { type ModelListForm, readModelList } from "../../src/upstreams/model-list.ts";
import { compatiblePreset, presets } from "../../src/upstreams/presets/index.ts";
import { documentedLists } from "./documented-lists.ts";
import { createTestUpstream, type TestOptions, type TestUpstream } from "./harness.ts";
import { createScriptedServer } from "./scripted-server.ts";

const key: Credential = { name: "one", secret: "sk-secret-1234567890", masked: "sk-…7890" };
const never = new AbortController().signal;

let server: Awaited<ReturnType<typeof createScriptedServer>>;
let upstream: TestUpstream | undefined;

beforeEach(async () => {
  server = await createScriptedServer();
});
afterEach(async () => {
  await server.close();
  await upstream?.close();
});

const path = "/v1/models?limit=1000";

function upstreamWith(options: TestOptions = {}): TestUpstream {
  upstream = createTestUpstream({ baseUrl: server.url, modelList: { path }, ...options });
  return upstream;
}

async function listed(body: string, options: TestOptions = {}, status = 200) {
  const listing = upstreamWith(options).listModels(key, never);
  listing.catch(() => {});
  const connection = await server.connection();
  const request = await connection.request();
  connection.write(`HTTP/1.1 ${status} X\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  return { models: await listing, request };
}

test("OpenAI's form of a list is read, each name once", async () => {
  const { models, request } = await listed('{"object":"list","data":[{"id":"b"},{"id":"a"},{"id":"b"},{"no":1},7]}');
  expect(models).toEqual([{ name: "b" }, { name: "a" }]);
  expect(request.line).toBe("GET /v1/models?limit=1000 HTTP/1.1");
  expect(request.headers.get("authorization")).toBe(`Bearer ${key.secret}`);
  expect(request.headers.has("content-length")).toBe(false);
});

test.each([
  ["a list that is the whole body", '[{"id":"a"},{"id":"b"}]', { list: "" }],
  ["a list and names called otherwise", '{"models":[{"name":"a"},{"name":"b"}]}', { list: "models", id: "name" }],
  ["names with a path before them", '{"data":[{"id":"models/a"},{"id":"b"}]}', { prefix: "models/" }],
])("%s is read when the preset says so", async (_, body, modelList) => {
  expect((await listed(body, { modelList: { path, ...modelList } })).models).toEqual([{ name: "a" }, { name: "b" }]);
});

test("a list may want the key and further headers elsewhere", async () => {
  const modelList = { path, auth: { header: "x-api-key" }, headers: { "acme-version": "7" } };
  const { headers } = (await listed('{"data":[]}', { modelList })).request;
  expect(headers.get("x-api-key")).toBe(key.secret);
  expect(headers.get("acme-version")).toBe("7");
  expect(headers.has("authorization")).toBe(false);
});

test("a vendor without a list has the models that are known of it", async () => {
  const models = await upstreamWith({ modelList: undefined, models: ["one", "two"] }).listModels(key, never);
  expect(models).toEqual([{ name: "one" }, { name: "two" }]);
  expect(server.accepted()).toBe(0);
});

test("a refusal is passed on in the dialect's reading of it", async () => {
  await expect(listed("no such key", {}, 401)).rejects.toMatchObject({
    code: "upstream_unauthenticated",
    upstreamStatus: 401,
    provider: "acme",
    message: "acme does not list its models: no such key",
  });
});

test.each([
  ["no JSON", "<html>", /cannot be read/],
  ["no list", '{"models":[]}', /no array "data"/],
  ["no object", "7", /no array "data"/],
])("an answer that is %s is no list", async (_, body, why) => {
  await expect(listed(body)).rejects.toMatchObject({ code: "upstream_malformed", provider: "acme" });
  await expect(listed(body)).rejects.toThrow(why);
});

test("a list without end is not read to its end", async () => {
  const listing = upstreamWith().listModels(key, never);
  listing.catch(() => {});
  const connection = await server.connection();
  await connection.request();
  connection.write("HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n");
  const more = Buffer.alloc(1024 * 1024, 0x20);
  for (let i = 0; i < 9; i += 1) connection.write(more);
  await expect(listing).rejects.toMatchObject({ code: "upstream_malformed" });
  await connection.closed;
});

test("a list that does not come is waited for 5 s", async () => {
  const listing = upstreamWith().listModels(key, never);
  listing.catch(() => {});
  const connection = await server.connection();
  await connection.request();
  await expect(listing).rejects.toMatchObject({ code: "upstream_timeout", provider: "acme" });
  await connection.closed;
});

test("whoever asks for a list may leave", async () => {
  const gone = new Error("gone");
  const controller = new AbortController();
  const listing = upstreamWith().listModels(key, controller.signal);
  listing.catch(() => {});
  const connection = await server.connection();
  await connection.request();
  controller.abort(gone);
  await expect(listing).rejects.toBe(gone);
  await connection.closed;
});

const read = (wire: unknown, form: ModelListForm = {}) =>
  readModelList(Buffer.from(JSON.stringify(wire)), form, "acme");

/** What a list says of a model that has these members. */
const readOne = (members: object, form: ModelListForm = {}) => read({ data: [{ id: "m", ...members }] }, form)[0];

describe("what a vendor's list says", () => {
  test.each(Object.entries(documentedLists))("%s", (name, { body, models }) => {
    const preset = presets.find((one) => one.name === name);
    expect(read(body, preset?.modelList)).toEqual(models);
  });

  test("is tried for every vendor that has a list", () => {
    const listing = presets.filter(({ modelList }) => modelList !== undefined).map(({ name }) => name);
    expect(Object.keys(documentedLists)).toEqual(listing);
  });

  test("is read of a server that is known by its dialect alone, except for when its models were made", () => {
    const form = compatiblePreset("mine", "openai-chat", "http://gpu-box:8000")?.modelList;
    const members = { max_model_len: 4096, input_modalities: ["text"], created: 1790000000 };
    expect(readOne(members, form)).toEqual({ name: "m", contextWindow: 4096, inputModalities: ["text"] });
  });
});

describe("what is odd in a list is as if it was not there", () => {
  test.each([0, -1, 1.5, 1e300, 2 ** 32, "4096", null, true, [4096], { tokens: 4096 }])(
    "a context window of %j",
    (contextLength) => {
      expect(readOne({ context_length: contextLength })).toEqual({ name: "m" });
      expect(readOne({ context_length: contextLength, context_window: 8 })).toEqual({ name: "m", contextWindow: 8 });
    },
  );

  test.each([0, -1, 735790403, 1790000000000, "yesterday", "", null, true, [1790000000], {}])(
    "a time of %j",
    (created) => {
      expect(readOne({ created })).toEqual({ name: "m" });
    },
  );

  test("fractions of a second", () => {
    expect(readOne({ created: 1790000000.75 })?.created).toBe(1790000000);
    expect(readOne({ created_at: "2026-09-21T13:46:40.999Z" })?.created).toBe(1789998400);
  });

  test.each([[[]], ["text"], [null], [[1, null, {}, "", "two words", "x".repeat(33), "<b>"]], [{ 0: "text" }]])(
    "modalities of %j",
    (input_modalities) => {
      expect(readOne({ input_modalities })).toEqual({ name: "m" });
      expect(readOne({ architecture: input_modalities })).toEqual({ name: "m" });
    },
  );

  test("modalities that are many, the same, or written otherwise", () => {
    expect(readOne({ input_modalities: ["Text", "text", "FILE", "pdf"] })?.inputModalities).toEqual([
      "text",
      "document",
    ]);
    const many = Array.from({ length: 10_000 }, (_, i) => `m${i}`);
    expect(readOne({ input_modalities: many })?.inputModalities?.length).toBe(16);
  });

  test("a second model of the same name", () => {
    const models = read({ data: [{ id: "a", context_length: 1 }, { id: "b" }, { id: "a", context_length: 2 }] });
    expect(models).toEqual([{ name: "a", contextWindow: 1 }, { name: "b" }]);
  });

  test("a yes or no that is neither", () => {
    const form = { inputs: { "takes.image": "image", "takes.audio": "audio" } };
    expect(readOne({ takes: { image: "true", audio: 1 } }, form)).toEqual({ name: "m" });
    expect(readOne({ takes: "image" }, form)).toEqual({ name: "m" });
    expect(readOne({ takes: { image: "true", audio: true } }, form)?.inputModalities).toEqual(["text", "audio"]);
  });

  test("names that are none", () => {
    const data = [
      { id: "" },
      { id: "models/" },
      { id: "\ud800" },
      { id: ["a"] },
      { id: null },
      [],
      null,
      "a",
      { id: "a" },
    ];
    expect(read({ data }, { prefix: "models/" })).toEqual([{ name: "a" }]);
    expect(readModelList(Buffer.from('{"data":[{"__proto__":{"id":"a"}},{"id":"constructor"}]}'), {}, "acme")).toEqual([
      { name: "constructor" },
    ]);
  });

  test("anything at all", () => {
    const members = ["id", "context_length", "created", "input_modalities", "architecture", "capabilities"];
    const entry = fc.dictionary(fc.constantFrom(...members), fc.jsonValue());
    const forms = presets.map(({ modelList }): ModelListForm => ({ ...modelList, list: "data", id: "id" }));
    fc.assert(
      fc.property(fc.array(fc.oneof(entry, fc.jsonValue())), fc.constantFrom(...forms), (data, form) => {
        for (const model of read({ data }, form)) {
          const { name, contextWindow = 1, inputModalities = ["text"], created = 1790000000 } = model;
          expect(name.isWellFormed() && name !== "").toBe(true);
          expect(contextWindow > 0 && contextWindow < 2 ** 32 && Number.isInteger(contextWindow)).toBe(true);
          expect(inputModalities.length).toBeGreaterThan(0);
          expect(Number.isInteger(created) && created > 1_400_000_000).toBe(true);
        }
      }),
    );
  });
});
