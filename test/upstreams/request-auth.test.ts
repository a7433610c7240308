import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAwsSigner } from "../../src/upstreams/aws-signature.ts";
import { awsRegion } from "../../src/upstreams/request-auth.ts";
import { asking, createTestUpstream, failureOf, question, readAll, type TestOptions } from "./harness.ts";
import { createRecordingServer } from "./recording-server.ts";

const clock = { now: () => Date.UTC(2026, 10, 21, 12), micros: () => 0 };
const accessKey = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY:to/ken=";

function upstreamAt(baseUrl: string, options: TestOptions) {
  const upstream = createTestUpstream({ baseUrl, clock, ...options });
  onTestFinished(() => upstream.close());
  return upstream;
}

describe("Amazon's way", () => {
  const options: TestOptions = { auth: "aws", paths: { chat: "/model/{model}/converse" } };
  const model = "eu.anthropic.claude-v2:1";

  test("signs what is sent, where it is sent", async () => {
    const { url, host, requests } = await createRecordingServer();
    const credential = { name: "main", secret: accessKey, masked: "" };
    const upstream = upstreamAt(`${url}?trace=1`, { ...options, headers: { "x-team": "blue" } });
    await readAll(await upstream.ask(asking({ credential, model })));
    const [sent] = requests;
    expect(sent?.line).toBe("POST /model/eu.anthropic.claude-v2%3A1/converse?trace=1");
    expect(sent?.body).toBe(question);
    expect(sent?.headers).toMatchObject({ "content-type": "application/json", "x-team": "blue" });
    expect(sent?.headers.authorization).toContain("/us-east-1/bedrock/aws4_request");
    const path = sent?.line.slice("POST ".length) ?? "";
    const sign = createAwsSigner({ region: "us-east-1", service: "bedrock", clock });
    const expected = await sign(accessKey, { method: "POST", path, host, headers: {}, body: sent?.body ?? "" });
    expect(Object.keys(expected).sort()).toEqual(["authorization", "x-amz-date", "x-amz-security-token"]);
    expect(sent?.headers).toMatchObject(expected);
  });

  test("shows Bedrock's own keys as they are", async () => {
    const { url, requests } = await createRecordingServer();
    const credential = { name: "main", secret: "ABSKQmVkcm9ja0FQSUtleQ==", masked: "" };
    await readAll(await upstreamAt(url, options).ask(asking({ credential, model })));
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${credential.secret}`);
    expect(requests[0]?.headers).not.toHaveProperty("x-amz-date");
  });

  test("refuses what is no key without repeating it, and sends nothing", async () => {
    const { url, requests } = await createRecordingServer();
    const asked = upstreamAt(url, options).ask(
      asking({ credential: { name: "main", secret: "hush-hush", masked: "" } }),
    );
    const error = await failureOf(asked);
    expect(error).toMatchObject({ code: "upstream_unauthenticated" });
    expect(error.message).not.toContain("hush");
    expect(requests).toEqual([]);
  });

  test.each([
    ["bedrock-runtime.eu-central-1.amazonaws.com", "eu-central-1"],
    ["bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"],
    ["bedrock-runtime.cn-north-1.amazonaws.com.cn", "cn-north-1"],
    ["vpce-0a1b2c-9z.bedrock-runtime.ap-southeast-2.vpce.amazonaws.com:443", "ap-southeast-2"],
    ["bedrock-runtime.us-east-1.api.aws", "us-east-1"],
    ["proxy.example:8443", "us-east-1"],
    ["127.0.0.1:4000", "us-east-1"],
  ])("takes the region from the host %s", (host, region) => {
    expect(awsRegion(host)).toBe(region);
  });
});

describe("Google's way", () => {
  const options: TestOptions = { auth: "google", paths: { chat: "/v1/{model}:ask" } };

  /** The file of a service account, whose tokens this server gives. */
  async function keyFile(tokenUri: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "causeway key ")); // names of files may have spaces
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const path = join(folder, "key.json");
    const key = { type: "service_account", client_email: "us@p.example", private_key: privateKey, token_uri: tokenUri };
    await writeFile(path, JSON.stringify(key));
    return path;
  }

  test("exchanges the key for a token, once for many requests", async () => {
    const tokens = await createRecordingServer((_, response) => {
      const token = { access_token: "ya29.token", expires_in: 3600, token_type: "Bearer" };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(token));
    });
    const { url, requests } = await createRecordingServer();
    const credential = { name: "main", secret: await keyFile(`${tokens.url}/token`), masked: "" };
    const upstream = upstreamAt(url, { ...options, headers: { "x-goog-user-project": "p" } });
    for (let i = 0; i < 3; i += 1) await readAll(await upstream.ask(asking({ credential })));
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(requests.map(() => "Bearer ya29.token"));
    expect(requests[2]).toMatchObject({
      line: "POST /v1/m:ask",
      headers: { "x-goog-user-project": "p" },
      body: question,
    });
    expect(tokens.requests.length).toBe(1);
  });

  test("is left at once by whoever gives up, and sends nothing", async () => {
    const begun = Promise.withResolvers<void>();
    const tokens = await createRecordingServer(() => begun.resolve());
    const { url, requests } = await createRecordingServer();
    const credential = { name: "main", secret: await keyFile(`${tokens.url}/token`), masked: "" };
    const controller = new AbortController();
    const asked = upstreamAt(url, options).ask(asking({ credential, signal: controller.signal }));
    asked.catch(() => {});
    await begun.promise;
    const gone = new Error("gone");
    controller.abort(gone);
    await expect(asked).rejects.toBe(gone);
    expect(requests).toEqual([]);
  });
});

test.each(["aws", "google"] as const)("a server that wants no key is asked without one (%s)", async (auth) => {
  const { url, requests } = await createRecordingServer();
  await readAll(await upstreamAt(url, { auth }).ask(asking({ credential: undefined })));
  expect(requests[0]?.headers).not.toHaveProperty("authorization");
});
