import { describe, expect, test } from "vitest";
import { resolveEndpoints } from "../../src/upstreams/base-url.ts";

const bare = { chat: "/chat/completions", models: "/models" };
const versioned = { chat: "/v1/chat/completions", models: "/v1/models?limit=1000" };
const deep = { chat: "/openai/v1/chat/completions", models: "/openai/v1/models" };

describe("a base URL", () => {
  test.each([
    ["https://api.test/v1", "/v1/chat/completions"],
    ["https://api.test/v1/", "/v1/chat/completions"],
    ["  https://api.test/v1//  ", "/v1/chat/completions"],
    ["https://api.test/v1#keys", "/v1/chat/completions"],
    ["https://api.test", "/v1/chat/completions"],
    ["https://api.test/", "/v1/chat/completions"],
    ["https://api.test/v1/chat/completions", "/v1/chat/completions"],
    ["https://api.test/v1/chat/completions/", "/v1/chat/completions"],
    ["https://api.test/v1/models", "/v1/chat/completions"],
    ["https://api.test/proxy/openai", "/proxy/openai/chat/completions"],
    ["https://api.test/chat/completions", "/chat/completions"],
    ["https://api.test/v1?api-version=7", "/v1/chat/completions?api-version=7"],
  ])("%s leads to %s where the path is the vendor's own", (pasted, chat) => {
    const endpoints = resolveEndpoints("acme", pasted, bare, "/v1");
    expect(endpoints.origin).toBe("https://api.test");
    expect(endpoints.chat).toBe(chat);
  });

  test.each([
    ["https://api.test", versioned, "/v1/chat/completions"],
    ["https://api.test/", versioned, "/v1/chat/completions"],
    ["https://api.test/v1", versioned, "/v1/chat/completions"],
    ["https://api.test/v1/chat/completions", versioned, "/v1/chat/completions"],
    ["https://api.test/gate/acme", versioned, "/gate/acme/v1/chat/completions"],
    ["https://api.test/gate/acme/v1/", versioned, "/gate/acme/v1/chat/completions"],
    ["https://api.test/openai/v1", deep, "/openai/v1/chat/completions"],
    ["https://api.test/openai", deep, "/openai/v1/chat/completions"],
    ["https://api.test", deep, "/openai/v1/chat/completions"],
    ["https://api.test/v1", deep, "/v1/openai/v1/chat/completions"],
  ])("%s is taken once where the endpoint's path begins as it ends", (pasted, paths, chat) => {
    expect(resolveEndpoints("acme", pasted, paths, undefined).chat).toBe(chat);
  });

  test("leads to the list of models in the same way, with the query of both", () => {
    expect(resolveEndpoints("acme", "https://api.test/v1", versioned, undefined).models).toBe("/v1/models?limit=1000");
    expect(resolveEndpoints("acme", "https://api.test/?a=b", versioned, undefined).models).toBe(
      "/v1/models?limit=1000&a=b",
    );
    expect(resolveEndpoints("acme", "https://api.test", { chat: "/x" }, undefined).models).toBeUndefined();
    // Beside the compatible endpoint, not below it.
    const apart = { chat: "/compatible/v1/chat/completions", models: "/v1/models" };
    expect(resolveEndpoints("acme", "https://api.test/compatible/v1", apart, undefined).models).toBe("/v1/models");
  });

  test("is shown without slash and query", () => {
    expect(resolveEndpoints("acme", "https://api.test:8443/v1/?k=v", bare, "/v1")).toMatchObject({
      baseUrl: "https://api.test:8443/v1",
      host: "api.test:8443",
    });
    expect(resolveEndpoints("acme", "http://[::1]:80/", versioned, undefined).baseUrl).toBe("http://[::1]");
  });

  test.each([
    ["", "it is empty"],
    ["api.test/v1", 'Did you mean "https://api.test/v1"?'],
    ["localhost:8000/v1", 'Did you mean "http://localhost:8000/v1"?'],
    ["gpu-box:8000", 'Did you mean "http://gpu-box:8000"?'],
    ["ftp://api.test", "is no http:// or https:// address"],
    ["file:///etc/passwd", "is no http:// or https:// address"],
    ["https://", "is no http:// or https:// address"],
  ])("%j is refused, and it says why", (pasted, why) => {
    let thrown: unknown;
    try {
      resolveEndpoints("acme", pasted, bare, "/v1");
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: "invalid_request", param: "base_url", provider: "acme" });
    expect(String(thrown)).toContain(why);
    expect(String(thrown)).toContain("base_url of acme");
  });

  test.each([
    "https://me:hunter2@api.test/v1",
    "https://hunter2hunter2@api.test",
    "hunter2-hunter2-hunter2-hunter2",
    "x@hunter2",
  ])("%s is refused without being repeated", (pasted) => {
    expect(() => resolveEndpoints("acme", pasted, bare, "/v1")).toThrow(/base_url of acme/);
    expect(() => resolveEndpoints("acme", pasted, bare, "/v1")).not.toThrow(/hunter2/);
  });
});
