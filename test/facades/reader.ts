import { expect } from "vitest";
import type { components } from "../../gen/openapi/causeway.ts";
import { createAnswerCheck } from "../openapi/answers.ts";

export type Schemas = components["schemas"];

export interface Asked {
  readonly method?: "GET" | "POST" | "DELETE";
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client of the old proxies' routes that holds each answer against openapi/causeway.yaml. */
export interface Reader {
  /** The body of an answer with status 200. */
  read<Name extends keyof Schemas>(schema: Name, path: string, asked?: Asked): Promise<Schemas[Name]>;
  /** The error of an answer with this status. */
  refused(status: number, path: string, asked?: Asked): Promise<Schemas["ErrorAnswer"]["error"]>;
  fetch(path: string, asked?: Asked): Promise<Response>;
}

const check = createAnswerCheck();

export function createReader(url: string, key?: string): Reader {
  const ask = (path: string, { method = "GET", body, headers = {} }: Asked = {}): Promise<Response> =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });

  async function checked(status: number, path: string, asked: Asked = {}): Promise<unknown> {
    const response = await ask(path, asked);
    const text = await response.text();
    expect({ status: response.status, text }).toEqual({ status, text: expect.anything() });
    expect(response.headers.get("content-type")).toBe("application/json");
    const json: unknown = JSON.parse(text);
    expect(check(asked.method ?? "GET", path.split("?")[0] ?? "", status, json)).toEqual([]);
    return json;
  }

  return {
    fetch: ask,
    // the document says that it has this form, and the check holds it to that
    read: async <Name extends keyof Schemas>(_: Name, path: string, asked?: Asked) =>
      (await checked(200, path, asked)) as Schemas[Name],
    refused: async (status, path, asked) => ((await checked(status, path, asked)) as Schemas["ErrorAnswer"]).error,
  };
}
