import { describe, expect, test } from "vitest";
import { programOf } from "../../src/core/program.ts";
import { tagsOf } from "../../src/core/tags.ts";

describe("the program that a User-Agent names", () => {
  test.each([
    ["claude-cli/1.0.3 (external, cli)", "claude-cli"],
    ["OpenAI/Python 1.99.0", "openai-python"],
    ["Anthropic/JS 0.60.0", "anthropic-js"],
    ["grpc-node-js/1.14.7 grpc-c++/1.0", "grpc-node-js"],
    ["connect-es/2.2.0", "connect-es"],
    ["Mozilla/5.0 (X11; Linux x86_64)", "mozilla"],
    ["curl/8.5.0", "curl"],
    ["(nothing)", ""],
    ["", ""],
    [undefined, ""],
    [`${"a".repeat(100)}/1`, "a".repeat(60)],
  ])("%s → %s", (userAgent, program) => {
    expect(programOf(userAgent)).toBe(program);
  });
});

describe("what a call is counted under", () => {
  test.each<[string | string[] | undefined, Record<string, string>, string[]]>([
    ["nightly, team-a", {}, ["nightly", "team-a"]],
    [["a", "b"], {}, ["a", "b"]],
    ["a,,a , ", {}, ["a"]],
    [undefined, { team: "search", run: "7" }, ["team=search", "run=7"]],
    ["x", { team: "search" }, ["x", "team=search"]],
    ["y".repeat(300), {}, ["y".repeat(100)]],
    [Array.from({ length: 40 }, (_, at) => String(at)).join(), {}, Array.from({ length: 16 }, (_, at) => String(at))],
  ])("%s and %j", (header, metadata, tags) => {
    expect(tagsOf(header, metadata)).toEqual(tags);
  });
});
