import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createFileReader } from "../../src/facades/docs/files.ts";
import type { DocsFolders } from "../../src/facades/docs/index.ts";
import { type DocsSite, serveDocs, shippedFolders } from "./docs-site.ts";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Site extends DocsSite {
  /** `path` is sent as it stands: fetch would resolve its dots. */
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Answer>;
}

async function openSite(folders: DocsFolders): Promise<Site> {
  const site = await serveDocs({
    folders,
    check() {
      throw new Error("a key was asked for");
    },
  });
  return {
    ...site,
    async get(path, headers = {}, method = "GET") {
      const call = request({ port: site.port, path, method, headers, agent: false }).end();
      const [response]: IncomingMessage[] = await once(call, "response");
      if (response === undefined) throw new Error("no response");
      const { statusCode: status = 0, headers: answered } = response;
      return { status, headers: answered, body: Buffer.concat(await response.toArray()) };
    },
  };
}

let site: Site;
beforeAll(async () => {
  site = await openSite(shippedFolders);
});
afterAll(() => site.close());

const documents = (await readdir(shippedFolders.documents)).filter((name) => name.endsWith(".yaml")).sort();

test("every document of the folder is listed, and nothing else", async () => {
  const { status, headers, body } = await site.get("/openapi");
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("application/json");
  const expected = documents.map((file) => ({ name: file.replace(".yaml", ""), url: `openapi/${file}` }));
  expect(JSON.parse(body.toString())).toEqual({ documents: expected });
});

test.each(documents)("%s is served as it is", async (name) => {
  const { status, headers, body } = await site.get(`/openapi/${name}`);
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    "content-type": "application/yaml; charset=utf-8",
    "content-length": String(body.length),
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    vary: "accept-encoding, origin",
  });
  expect(body).toEqual(await readFile(new URL(name, shippedFolders.documents)));
});

describe("a client that", () => {
  const path = "/openapi/causeway.yaml";

  test.each(["gzip", "deflate, gzip;q=0.5, br"])("accepts '%s' gets it compressed", async (accepted) => {
    const plain = await site.get(path);
    const compressed = await site.get(path, { "accept-encoding": accepted });
    expect(compressed.headers).toMatchObject({
      "content-encoding": "gzip",
      "content-length": String(compressed.body.length),
      vary: "accept-encoding, origin",
    });
    expect(compressed.body.length).toBeLessThan(plain.body.length / 2);
    expect(gunzipSync(compressed.body)).toEqual(plain.body);
  });

  test.each(["identity", "br", "gzip;q=0", "gzip; q=0.0, br"])("accepts '%s' does not", async (accepted) => {
    const { headers } = await site.get(path, { "accept-encoding": accepted });
    expect(headers["content-encoding"]).toBeUndefined();
  });

  test("has it already is told so, whichever form it got", async () => {
    const { etag = "" } = (await site.get(path, { "accept-encoding": "gzip" })).headers;
    expect(etag).toMatch(/^W\/"[\w-]{43}"$/);
    for (const tags of [etag, etag.slice(2), `"other", ${etag}`, "*"]) {
      const { status, headers, body } = await site.get(path, { "if-none-match": tags });
      expect({ tags, status, etag: headers.etag, length: body.length }).toEqual({ tags, status: 304, etag, length: 0 });
    }
    expect((await site.get(path, { "if-none-match": '"other"' })).status).toBe(200);
  });

  test("only asks for the head gets no body", async () => {
    const whole = await site.get(path);
    const head = await site.get(path, {}, "HEAD");
    expect(head.body.length).toBe(0);
    expect(head.headers).toMatchObject({ etag: whole.headers.etag, "content-length": String(whole.body.length) });
  });
});

test("every file that the page names is there, and says what it is", async () => {
  const page = await site.get("/docs");
  expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
  const names = [...page.body.toString().matchAll(/(?:src|href)="(docs\/[^"]+)"/g)].map((match) => match[1]);
  expect(names).toContain("docs/swagger-ui-bundle.js");
  const types: Record<string, string> = { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8" };
  for (const name of names) {
    const { status, headers, body } = await site.get(`/${name}`, { "accept-encoding": "gzip" });
    expect({ name, status }).toEqual({ name, status: 200 });
    expect(headers["content-type"]).toBe(types[name?.split(".").at(-1) ?? ""] ?? "image/png");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(body.length).toBeGreaterThan(0);
  }
});

test("the page lets nothing in from elsewhere, and nothing inline", async () => {
  const { headers, body } = await site.get("/docs");
  const policy = String(headers["content-security-policy"]);
  expect(policy).toContain("default-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|http|\*/);
  expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
  expect(body.toString()).not.toMatch(/https?:|<style|\bstyle=|\bon\w+=|<script(?![^>]*\bsrc=)/);
});

test("/docs/ leads to the page, since the page's addresses are relative to /docs", async () => {
  const { status, headers } = await site.get("/docs/");
  expect(status).toBe(308);
  expect(new URL(String(headers.location), "http://gateway/below/docs/").pathname).toBe("/below/docs");
});

test("the gateway's own address leads to the page, too, wherever it is mounted", async () => {
  const { status, headers } = await site.get("/");
  expect(status).toBe(307);
  expect(new URL(String(headers.location), "http://gateway/below/").pathname).toBe("/below/docs");
});

describe("nothing else of a folder can be had", () => {
  test.each([
    "/openapi/",
    "/openapi/absent.yaml",
    "/openapi/causeway",
    "/openapi/../package.json",
    "/openapi/..%2fpackage.json",
    "/openapi/%2e%2e%2fopenapi%2fcauseway.yaml",
    "/openapi/..%5ccauseway.yaml",
    "/openapi/causeway.yaml%00",
    "/openapi/file:%2f%2f%2fetc%2fpasswd",
    `/openapi/${"a".repeat(300)}.yaml`,
    "/docs/index.html",
    "/docs/absolute-path.js",
    "/docs/package.json",
    "/docs/../package.json",
    "/docs/%2e%2e%2fcore%2ferror.ts",
    "/docs/constructor",
    "/docs/page/page.js",
  ])("%s is not there", async (path) => {
    const { status, body } = await site.get(path);
    expect(status).toBe(404);
    expect(JSON.parse(body.toString())).toMatchObject({ error: { code: expect.any(String) } });
    expect(site.faults).toEqual([]);
  });

  test("other methods are refused, with those there are", async () => {
    const { status, headers } = await site.get("/docs", {}, "POST");
    expect(status).toBe(405);
    expect(headers.allow).toBe("GET");
  });
});

describe("with folders of one's own", () => {
  let folder: string;
  let own: Site;
  const urlOf = (name: string): URL => pathToFileURL(join(folder, name));
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "causeway-docs-"));
    await mkdir(join(folder, "documents"));
    own = await openSite({ ...shippedFolders, documents: urlOf("documents/"), viewer: urlOf("nowhere/") });
  });
  afterAll(async () => {
    await own.close();
    await rm(folder, { recursive: true });
  });

  test("a document that comes later is listed and served", async () => {
    expect((await own.get("/openapi")).body.toString()).toBe('{"documents":[]}');
    expect((await own.get("/openapi/new.yaml")).status).toBe(404);
    await writeFile(urlOf("documents/new.yaml"), "openapi: 3.1.0\n");
    await writeFile(urlOf("documents/notes.txt"), "not served");
    expect((await own.get("/openapi")).body.toString()).toBe('{"documents":[{"name":"new","url":"openapi/new.yaml"}]}');
    const { body, headers } = await own.get("/openapi/new.yaml", { "accept-encoding": "gzip" });
    expect(body.toString()).toBe("openapi: 3.1.0\n");
    expect(headers["content-encoding"]).toBeUndefined(); // it would be longer
  });

  test("a viewer that is not installed is the gateway's fault, and is told to its operator", async () => {
    const { status } = await own.get("/docs/swagger-ui.css");
    expect(status).toBe(500);
    expect(own.faults).toEqual([expect.objectContaining({ code: "ENOENT" })]);
  });

  test("a file is read once while it is held, and anew afterwards", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const file = urlOf("held.yaml");
      const read = createFileReader({ holdMs: 1000 });
      await expect(read(file)).rejects.toMatchObject({ code: "ENOENT" });
      await writeFile(file, "first");
      const [first, again] = await Promise.all([read(file), read(file)]);
      expect(first.plain.toString()).toBe("first");
      expect(again).toBe(first);
      await writeFile(file, "second");
      vi.advanceTimersByTime(999);
      expect(await read(file)).toBe(first);
      vi.advanceTimersByTime(1);
      const second = await read(file);
      expect(second.plain.toString()).toBe("second");
      expect(second.etag).not.toBe(first.etag);
    } finally {
      vi.useRealTimers();
    }
  });
});
