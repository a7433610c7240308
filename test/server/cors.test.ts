import { once } from "node:events";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { expect, test } from "vitest";
import { connectSession, request } from "./raw-client.ts";
import { createChatPath } from "./rpc-clients.ts";
import { type Serving, serve } from "./serve.ts";

const app = "https://app.example";

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** As a browser would send it: fetch leaves out `origin` and `host`. */
async function ask(
  { port }: Serving,
  method: string,
  path: string,
  headers: Record<string, string>,
  body = "",
): Promise<Answer> {
  const asked = httpRequest({ port, host: "127.0.0.1", method, path, headers, agent: false }).end(body);
  const [answer] = await once(asked, "response");
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(await answer.toArray()).toString() };
}

const corsHeaders = (headers: IncomingHttpHeaders): string[] =>
  Object.keys(headers).filter((name) => name.startsWith("access-control-"));

const preflight = {
  "access-control-request-method": "POST",
  "access-control-request-headers": "authorization,content-type,x-stainless-os,causeway-strict",
};

test("without an origin nothing is said about origins", async () => {
  const { headers } = await ask(await serve({ cors: { origins: [app] } }), "POST", "/v1/x", {});
  expect(corsHeaders(headers)).toEqual([]);
  expect(headers.vary).toBeUndefined();
});

test("the preflight of an allowed origin allows what it asks for", async () => {
  const server = await serve({ cors: { origins: [app] } });
  for (const path of ["/v1/chat/completions", createChatPath]) {
    const { status, headers, body } = await ask(server, "OPTIONS", path, { origin: app, ...preflight });
    expect(status).toBe(204);
    expect(body).toBe("");
    expect(headers).toMatchObject({
      "access-control-allow-origin": app,
      "access-control-allow-headers": preflight["access-control-request-headers"],
      "access-control-max-age": "7200",
      vary: "Origin",
    });
    expect(headers["access-control-allow-methods"]).toContain("POST");
    expect(headers["access-control-allow-credentials"]).toBeUndefined();
    expect(headers["x-request-id"]).toBeDefined();
  }
});

test("answers to an allowed origin may be read, with their headers", async () => {
  const server = await serve({ cors: { origins: ["https://other.example", app] }, chat: { createChat: () => ({}) } });
  const rpc = await ask(server, "POST", createChatPath, { origin: app, "content-type": "application/json" }, "{}");
  const rest = await ask(server, "GET", "/v1/models", { origin: app });
  expect([rpc.status, rest.status]).toEqual([200, 404]);
  for (const { headers } of [rpc, rest]) {
    expect(headers["access-control-allow-origin"]).toBe(app);
    expect(headers.vary).toBe("Origin");
    const exposed = headers["access-control-expose-headers"]?.toLowerCase().split(", ");
    expect(exposed).toEqual(
      expect.arrayContaining([
        "grpc-status",
        "grpc-message",
        "grpc-status-details-bin",
        "causeway-request-id",
        "x-request-id",
      ]),
    );
  }
});

test("the star allows every origin, by the star", async () => {
  const server = await serve({ cors: { origins: ["*"] } });
  const { status, headers } = await ask(server, "POST", "/v1/x", { origin: "https://any.example" });
  expect(status).toBe(404);
  expect(headers["access-control-allow-origin"]).toBe("*");
  expect(headers["access-control-allow-credentials"]).toBeUndefined();
});

test.each(["POST", "PUT", "DELETE", "PATCH"])(
  "a %s of another origin is refused, and both sides learn why",
  async (method) => {
    let reached = 0;
    const server = await serve({
      cors: { origins: [app] },
      fallback: (_, response) => {
        reached += 1;
        response.end();
      },
    });
    for (const origin of ["https://evil.example", "http://app.example", "https://app.example:444", "null"]) {
      const { status, headers, body } = await ask(server, method, "/v1/chat/completions?key=secret", { origin });
      expect(status).toBe(403);
      expect(corsHeaders(headers)).toEqual([]);
      const message = `A web page of the origin '${origin}' is not allowed to call this gateway. If it should be, add the origin to 'cors.origins' in the gateway's configuration.`;
      expect(JSON.parse(body)).toMatchObject({ message, error: { message } });
      expect(server.log.at(-1)).toMatchObject({
        level: "warn",
        fields: { origin, path: "/v1/chat/completions" },
        message,
      });
    }
    expect(reached).toBe(0);
  },
);

test("RPCs of another origin are refused as well, over HTTP/2 as well", async () => {
  const server = await serve();
  const { status } = await ask(
    server,
    "POST",
    createChatPath,
    { origin: app, "content-type": "application/json" },
    "{}",
  );
  expect(status).toBe(403);
  const session = await connectSession(server.url);
  const head = { ":method": "POST", ":path": createChatPath, origin: app, "content-type": "application/json" };
  expect((await request(session, head, "{}")).status).toBe(403);
});

test("the preflight of another origin is refused", async () => {
  const { status, headers } = await ask(await serve(), "OPTIONS", "/v1/x", { origin: app, ...preflight });
  expect(status).toBe(403);
  expect(corsHeaders(headers)).toEqual([]);
});

test("a GET of another origin is answered, but not for the page to read", async () => {
  const { status, headers } = await ask(await serve(), "GET", "/v1/models", { origin: app });
  expect(status).toBe(404);
  expect(corsHeaders(headers)).toEqual([]);
  expect(headers.vary).toBe("Origin");
});

test.each([
  ["http://127.0.0.1:4000", "127.0.0.1:4000", true],
  ["http://localhost:4000", "localhost:4000", true],
  ["http://[::1]:4000", "[::1]:4000", true],
  ["http://dev.localhost:4000", "dev.localhost:4000", true],
  ["http://gateway:4000", "gateway:4000", true],
  ["https://gateway.example", "gateway.example", true],
  ["https://gateway.example", "Gateway.Example", true],
  ["http://localhost:4001", "localhost:4000", false],
  ["http://localhost:4000", "127.0.0.1:4000", false],
  ["http://evil.example:4000", "evil.example:4000", false], // DNS rebinding looks like this
  ["null", "localhost:4000", false],
])("a page of %s may use the gateway at %s: %s", async (origin, host, allowed) => {
  const { status } = await ask(await serve(), "POST", "/v1/x", { origin, host });
  expect(status).toBe(allowed ? 404 : 403);
});

test("the gateway's own pages may use it over HTTP/2", async () => {
  const { url } = await serve();
  const session = await connectSession(url);
  expect((await request(session, { ":method": "POST", ":path": "/x", origin: url }, "")).status).toBe(404);
});
