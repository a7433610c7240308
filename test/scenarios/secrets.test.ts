import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { toJsonString } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { RequestRowSchema } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { Client } from "./clients/client.ts";
import { clientKinds } from "./clients/index.ts";
import { clearCredentials } from "./credentials.ts";
import { providerKey, startWithProvider } from "./provider.ts";
import { beginStream, completion, completionEvents, done, write } from "./upstreams/wire.ts";

/** A key is nowhere but where it is needed: in no row, no body, no log line, no error, no file, whatever happens. */

const accessKey = "causeway-access-key-0123456789-secret";
const headerSecret = "secret-of-a-configured-header";
const strangersKey = "key-of-somebody-who-is-not-let-in";
const secrets = [accessKey, providerKey, headerSecret, strangersKey];
const prompt = "A prompt that people wrote.";
const said = "An answer that a model wrote.";

const answer = { text: said, calls: [], finish: "stop", usage: { input: 1, output: 1 } } as const;

/** All that can happen to a call, some of it with the key in the provider's own words. */
async function startLeakyProvider(bodies: Bodies) {
  const file = { access: { keys: [accessKey] }, ledger: { bodies }, log: { level: "trace" } };
  const world = await startWithProvider(file, { headers: { "x-extra-key": headerSecret } });
  const { provider } = world;
  provider.on("fine", async ({ body, response }) => {
    if (!/"stream":\s*true/.test(body)) {
      response.writeHead(200, { "content-type": "application/json" }).end(completion("fine", answer));
      return;
    }
    beginStream(response);
    response.end(completionEvents("fine", answer, { pieceLength: 9, withUsage: true }).join("") + done);
  });
  provider.on("tells-the-key", ({ response }) => {
    const message = `Incorrect API key provided: ${providerKey}. Find yours in your account.`;
    const error = { message, type: "invalid_request_error", param: null, code: "invalid_api_key" };
    response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify({ error }));
  });
  provider.on("shows-a-page", ({ response }) => {
    response.writeHead(403, { "content-type": "text/plain" }).end(`Forbidden for ${providerKey}`);
  });
  provider.on("tells-the-key-late", async ({ body, response }) => {
    const error = JSON.stringify({
      error: { message: `The key ${providerKey} has expired.`, type: "auth", code: "expired" },
    });
    if (!/"stream":\s*true/.test(body)) {
      response.writeHead(200, { "content-type": "application/json" }).end(error);
      return;
    }
    beginStream(response);
    await write(response, completionEvents("late", answer, { pieceLength: 9, withUsage: false })[0] ?? "");
    response.end(`data: ${error}\n\n`);
  });
  provider.on("breaks", async ({ response }) => {
    beginStream(response);
    await write(response, completionEvents("breaks", answer, { pieceLength: 9, withUsage: false })[0] ?? "");
    response.destroy();
  });
  return world;
}

const models = ["fine", "tells-the-key", "tells-the-key-late", "shows-a-page", "breaks", "unknown"];

async function askAll(client: Client, url: string): Promise<string[]> {
  const heard: string[] = [];
  for (const model of models) {
    for (const stream of [false, true]) {
      const conversation = { turns: [{ role: "user", text: prompt }] } as const;
      const outcome = await client.ask({ model: `scripted/${model}`, conversation, stream });
      heard.push(JSON.stringify({ ...outcome, headers: [...outcome.headers] }));
      if (outcome.error !== undefined) await clearCredentials(url, accessKey, "scripted");
    }
  }
  return heard;
}

type Bodies = "off" | "metadata" | "full";

/** Only what was asked for is kept of what people and models wrote. */
function checkBodies(mode: Bodies, model: string, request: string, response: string): void {
  switch (mode) {
    case "off":
      expect([request, response]).toEqual(["", ""]);
      return;
    case "metadata":
      expect(JSON.parse(request)).toMatchObject({ model: `scripted/${model}` });
      expect(request).not.toContain(prompt);
      expect(response).toBe("");
      return;
    case "full":
      expect(request).toContain(prompt);
      if (model === "fine") expect(response).toContain("assistant");
      return;
    default:
      mode satisfies never;
  }
}

describe.each<[Bodies]>([["off"], ["metadata"], ["full"]])("with bodies: %s", (bodies) => {
  test("no key is in the ledger, its files, the log, or anything that clients hear", async () => {
    await using world = await startLeakyProvider(bodies);
    const { gateway } = world;
    const heard: string[] = [];
    for (const kind of clientKinds) {
      for (const key of [accessKey, strangersKey]) {
        const client = kind.connect(gateway.url, key);
        heard.push(...(await askAll(client, gateway.url)));
        client.close();
      }
    }
    const kept: string[] = [];
    for (const model of models) {
      const rows = await gateway.ledger.waitForRows(`scripted/${model}`, clientKinds.length * 2);
      for (const { id } of rows) {
        const { request: row, requestBody, responseBody } = await gateway.ledger.entry(id);
        expect(row?.credential).toBe("sk-…wxyz");
        const request = Buffer.from(requestBody).toString();
        const response = Buffer.from(responseBody).toString();
        checkBodies(bodies, model, request, response);
        kept.push(row === undefined ? "" : toJsonString(RequestRowSchema, row), request, response);
      }
    }
    const folder = dirname(gateway.store);
    await gateway.stop();
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "latin1")));
    const log = gateway.log();
    expect(log).toContain("exchange failed"); // something was logged
    for (const secret of secrets) {
      for (const [where, texts] of Object.entries({ heard, kept, files, log: [log] })) {
        expect(
          texts.filter((text) => text.includes(secret)),
          `${where}: ${secret}`,
        ).toEqual([]);
      }
    }
    expect(log).not.toContain(prompt);
    expect(log).not.toContain(said);
  });
});
