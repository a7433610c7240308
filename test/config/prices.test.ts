import { expect, test } from "vitest";
import { problemsOf, readGood } from "./fixtures.ts";

const full = `
prices:
  - model: "openai/gpt-5*"
    service_tier: Flex
    input: 1
    output: 2
    cache_read: 0.1
    cache_read_audio: 0.2
    cache_write_5m: 0.3
    cache_write_1h: 0.4
    input_audio: 0.5
    output_audio: 0.6
    output_image: 0.7
    above:
      - { tokens: 200000, input: 2, output: 3 }
      - { tokens: "400000", input: 4, output: 5, cache_read: 6, output_image: 7 }
    web_searches: 10
    file_searches: 2.5
    requests: 12
  - { model: "openai/*", service_tier: default, input: 1, output: 2 }
  - { model: "openai/*", service_tier: flex, factor: "0.5" }
  - { model: "*/*", factor: 0.9, service_tier: }
`;

test("A price can say all that there are prices for, or a multiple of others.", async () => {
  const { prices } = await readGood(full);
  const [own, usual, tier, all] = prices;
  expect(own).toEqual({
    model: "openai/gpt-5*",
    serviceTier: "flex",
    input: 1_000_000_000n,
    output: 2_000_000_000n,
    cacheRead: 100_000_000n,
    cacheReadAudio: 200_000_000n,
    cacheWrite5m: 300_000_000n,
    cacheWrite1h: 400_000_000n,
    inputAudio: 500_000_000n,
    outputAudio: 600_000_000n,
    outputImage: 700_000_000n,
    above: [
      { tokens: 200_000, input: 2_000_000_000n, output: 3_000_000_000n },
      {
        tokens: 400_000,
        input: 4_000_000_000n,
        output: 5_000_000_000n,
        cacheRead: 6_000_000_000n,
        outputImage: 7_000_000_000n,
      },
    ],
    webSearches: 10_000_000_000n,
    fileSearches: 2_500_000_000n,
    requests: 12_000_000_000n,
  });
  expect(usual).toMatchObject({ serviceTier: "", input: 1_000_000_000n });
  expect(tier).toEqual({ model: "openai/*", serviceTier: "flex", factor: 0.5 });
  expect(all).toEqual({ model: "*/*", factor: 0.9 });
});

test.each([
  [
    "no price at all",
    "{ model: a/b }",
    ["prices[0].input: is missing: expected US dollars", "prices[0].output: is missing"],
  ],
  [
    "half a price",
    "{ model: a/b, output: 1 }",
    ["prices[0].input: is missing: expected US dollars a million tokens, or a factor"],
  ],
  [
    "a price and a factor",
    "{ model: a/b, input: 1, output: 1, factor: 2 }",
    ["prices[0].input: does not go with 'factor'"],
  ],
  [
    "a factor and a long prompt",
    "{ model: a/b, factor: 2, above: [{ tokens: 1, input: 1, output: 1 }] }",
    ["prices[0].above: does not go with"],
  ],
  [
    "a factor that is none",
    "{ model: a/b, factor: half }",
    ["prices[0].factor: expected a number from 0 to 1000, such as 0.5, found 'half'"],
  ],
  [
    "bounds that fall",
    "{ model: a/b, input: 1, output: 1, above: [{ tokens: 9, input: 1, output: 1 }, { tokens: 9, input: 1, output: 1 }] }",
    ["prices[0].above[1].tokens: expected more than 9, the one before: they rise"],
  ],
  [
    "a bound without prices",
    "{ model: a/b, input: 1, output: 1, above: [{ tokens: 9 }] }",
    ["prices[0].above[0].input: is missing: expected US dollars a million tokens", "prices[0].above[0].output"],
  ],
  [
    "a price by the piece that is none",
    "{ model: a/b, input: 1, output: 1, web_searches: free }",
    ["prices[0].web_searches: expected US dollars for a thousand, from 0 to 1000000, such as 0.4, found 'free'"],
  ],
  ["a word that is none", "{ model: a/b, input: 1, output: 1, cached: 1 }", ["prices[0].cached: "]],
])("What is wrong is said of %s.", async (_, entry, expected) => {
  const problems = await problemsOf(`prices: [ ${entry} ]`);
  expect(problems.length).toBe(expected.length);
  for (const [i, text] of expected.entries()) expect(problems[i]).toContain(text);
});
