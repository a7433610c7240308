import { create, equals, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ChatRequestSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { noDefaults } from "../../src/config/params-fields.ts";
import { problemsOf, readGood } from "./fixtures.ts";

const file = (params: string) => `models:\n  it: { targets: { model: openai/x, params: ${params} } }\n`;
const env = { OPENAI_API_KEY: "k", N: "5", P: "0.5", ON: "false" };

async function expectParams(yaml: string, params: MessageInitShape<typeof ChatRequestSchema>): Promise<void> {
  const { plans } = await readGood(file(yaml), { env });
  const found = plans.it?.targets[0]?.params;
  const expected = create(ChatRequestSchema, params);
  if (found === undefined || !equals(ChatRequestSchema, found, expected)) expect(found).toEqual(expected);
}

const problems = async (yaml: string) =>
  (await problemsOf(file(yaml), { env })).map((problem) => problem.replace("models.it.targets.params.", ""));

test("Defaults are the contract's fields, and only what is given.", async () => {
  await expectParams("{}", {});
  await expectParams(
    "{ temperature: 0.2, top_p: 1, top_k: 5, stop: [a, b], service_tier: flex, parallel_tool_calls: false, verbosity: }",
    { temperature: 0.2, topP: 1, topK: 5, stop: ["a", "b"], serviceTier: "flex", parallelToolCalls: false },
  );
  await expectParams("{ reasoning: { effort: high, budget_tokens: 0 }, logit_bias: { '5': -1 } }", {
    reasoning: { effort: "high", budgetTokens: 0 },
    logitBias: { 5: -1 },
  });
  const json = { name: "a", schema: "{}" };
  await expectParams("{ response_format: { json_schema: { name: a, schema: '{}' } } }", {
    responseFormat: { kind: { case: "jsonSchema", value: json } },
  });
});

test("Fields go by their JSON names, too, and the limit of tokens by the name that most know.", async () => {
  await expectParams("{ topP: 0.5, maxOutputTokens: 5, reasoning: { budgetTokens: 5 } }", {
    topP: 0.5,
    maxOutputTokens: 5,
    reasoning: { budgetTokens: 5 },
  });
  await expectParams("{ max_tokens: 5 }", { maxOutputTokens: 5 });
});

test("Texts of numbers and switches are taken, since variables put texts in.", async () => {
  const yaml = `{ temperature: "\${P}", max_tokens: "\${N}", seed: "9007199254740993", reasoning: { enabled: "\${ON}" } }`;
  await expectParams(yaml, {
    temperature: 0.5,
    maxOutputTokens: 5,
    seed: 9007199254740993n,
    reasoning: { enabled: false },
  });
});

test("Extensions may be written as JSON text or as what it stands for.", async () => {
  await expectParams(
    `{ extensions: { anthropic/thinking: { type: adaptive, b: [1, true, null] }, gemini/x: '"low"', openai-chat/y: 5 } }`,
    {
      extensions: {
        "anthropic/thinking": '{"type":"adaptive","b":[1,true,null]}',
        "gemini/x": '"low"',
        "openai-chat/y": "5",
      },
    },
  );
});

test("Values of another type are refused where they stand.", async () => {
  const yaml = `{ temperature: hot, top_p: "NaN", seed: 0.5, max_tokens: -1, stop: END, modalities: [5], service_tier: 5,
    verbosity: { a: b }, parallel_tool_calls: maybe, logit_bias: { a: b }, audio: loud, frequency_penalty: ,
    presence_penalty: "", logprobs: 1, top_k: [1], reasoning: { effort: [a], enabled: 5 }, top_logprobs: .inf }`;
  expect(await problems(yaml)).toEqual([
    "2:60 temperature: expected a number, found a text",
    "2:72 top_p: expected a number, found a text",
    "2:85 seed: expected a whole number, found 0.5",
    "2:102 max_tokens: expected a whole number from 0, found -1",
    "2:112 stop: expected a list of texts, found a text",
    "2:129 modalities: expected a list of texts, found something else in it",
    "2:148 service_tier: expected a text, found 5: put it in quotes",
    "3:16 verbosity: expected a text, found settings below it",
    "3:47 parallel_tool_calls: expected true or false, found a text",
    "3:66 logit_bias: expected settings below it, from a token's id to a number, found something else in them",
    "3:83 audio: expected settings below it (voice, format), found a text",
    "4:23 presence_penalty: expected a number, found a text",
    "4:37 logprobs: expected true or false, found 1",
    "4:47 top_k: expected a whole number from 0, found a list",
    "4:73 reasoning.effort: expected a text, found a list",
    "4:87 reasoning.enabled: expected true or false, found 5",
    "4:106 top_logprobs: expected a whole number from 0, found Infinity",
  ]);
  expect(await problems("{ seed: 9007199254740993 }")).toEqual([
    "2:53 seed: expected a whole number, found 9007199254740992: put so long a number in quotes",
  ]);
  expect(await problemsOf(file("5"), { env })).toEqual([
    "2:45 models.it.targets.params: expected settings below it, found a number",
  ]);
});

test("Unknown names are refused with the one that was probably meant.", async () => {
  const yaml = "{ temprature: 1, reasoning: { effrt: high }, max_completion_tokens: 5, constructor: 1, zzzzzzzzz: 1 }";
  expect((await problems(yaml)).map((problem) => problem.slice(0, 80))).toEqual([
    "2:47 temprature: unknown key 'temprature': did you mean 'temperature'?",
    "2:75 reasoning.effrt: unknown key 'effrt': did you mean 'effort'?",
    "2:90 max_completion_tokens: unknown key 'max_completion_tokens': did you mean 'm",
    "2:116 constructor: unknown key 'constructor': expected one of parallel_tool_call",
    "2:132 zzzzzzzzz: unknown key 'zzzzzzzzz': expected one of parallel_tool_calls, r",
  ]);
});

test.each(Object.entries(noDefaults))("%s is no default, and the message says why.", async (name, why) => {
  expect(await problems(`{ ${name}: }`)).toEqual([`2:47 ${name}: ${why}`]);
});

test("What excludes each other is not taken together.", async () => {
  const yaml = "{ max_tokens: 1, max_output_tokens: 2, topP: 1, top_p: 1, response_format: { text: {}, json: {} } }";
  expect(await problems(yaml)).toEqual([
    "2:62 max_output_tokens: cannot be given beside 'max_tokens': keep one of the two",
    "2:93 top_p: cannot be given beside 'topP': keep one of the two",
    "2:132 response_format.json: cannot be given beside 'text': keep one of the two",
  ]);
});

test("Extensions of no dialect and of broken JSON are refused.", async () => {
  expect(await problems("{ extensions: { foo: 1, opena-chat/x: 1, gemini/y: low, gemini/: 1 } }")).toEqual([
    "2:61 extensions.foo: expected dialect/field: a dialect's name, a slash, and its name for a field",
    "2:69 extensions.opena-chat/x: no such dialect: did you mean 'openai-chat'?",
    `2:96 extensions.gemini/y: expected JSON: a text has quotes inside quotes, as in '"low"'`,
    "2:101 extensions.gemini/: expected dialect/field: a dialect's name, a slash, and its name for a field",
  ]);
});
