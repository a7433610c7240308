import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ask, demoWith, readPieces, requestOf, stream } from "./ask.ts";

const weather = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, days: { type: "integer" } },
      required: ["city"],
    },
  },
};
const clock = { type: "function", function: { name: "get_time", parameters: { type: "object", properties: {} } } };
const user = (content: unknown) => ({ messages: [{ role: "user", content }] });

describe("the demo model", () => {
  test("says what it is, and what it understood of the request", async () => {
    const { json, message, choice } = await ask({
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: "https://example.com/a.png" } },
          ],
        },
      ],
      tools: [weather, clock],
      temperature: 0.5,
      seed: 7,
    });
    expect(message?.content).toContain("I am Causeway's built-in demo model");
    expect(message?.content).toContain("no network and no intelligence");
    expect(message?.content).toContain("- Your message: “What is this?”");
    expect(message?.content).toContain("- Messages: 4 (1 system, 2 user, 1 assistant)");
    expect(message?.content).toContain("- System prompt: “Be brief.”");
    expect(message?.content).toContain("- Attached: 1 image");
    expect(message?.content).toContain("- Tools: get_weather, get_time");
    expect(message?.content).toContain("- Settings: temperature 0.5, seed 7");
    expect(choice?.finish_reason).toBe("stop");
    expect(json).toMatchObject({ id: "demo-r1", model: "demo", created: 1_700_000_000 });
  });

  test("says the same whenever it is asked the same, whole or in a stream", async () => {
    const [one, two, streamed] = [await ask("Hello"), await ask("Hello"), await stream("Hello")];
    expect(two.json).toEqual(one.json);
    expect(streamed.text()).toBe(one.message?.content);
    expect(streamed.finish()).toBe("stop");
    expect(streamed.usage).toEqual(one.json.usage);
    expect(streamed.isDone).toBe(true);
  });

  test("streams word by word, a piece a pull, and a whole answer in two pieces", async () => {
    expect((await stream("/echo one two three")).pieces.length).toBe(5);
    expect((await ask("/echo one two three")).pieces.length).toBe(2);
  });

  test("shows only the beginning of a long message", async () => {
    const { message } = await ask("👋".repeat(1000));
    expect(message?.content).toContain(`“${"👋".repeat(300)}…” (1000 characters)`);
  });

  test("is the one model of its provider", async () => {
    const demo = demoWith();
    expect(await demo.listModels(undefined, new AbortController().signal)).toMatchObject([{ name: "demo" }]);
    const { status, json } = await ask({ ...user("Hi"), model: "gpt-5" });
    expect(status).toBe(404);
    expect(json.error?.code).toBe("model_not_found");
  });

  test.each([
    ["no JSON", '{"model":', /JSON/],
    ["no messages", '{"model":"demo"}', /messages/],
    ["an empty conversation", '{"model":"demo","messages":[]}', /messages/],
    ["too many answers", '{"model":"demo","n":129,"messages":[{"role":"user","content":"x"}]}', /'n'.*1 to 128/],
  ])("refuses %s as a provider does", async (_, wire, why) => {
    const answer = await demoWith().ask(requestOf(wire));
    const { pieces } = await readPieces(answer.body);
    expect(answer).toMatchObject({ status: 400, contentType: "application/json" });
    expect(JSON.parse(Buffer.concat(pieces).toString()).error.message).toMatch(why);
  });

  test("gives as many answers as are asked for, in turn", async () => {
    const whole = await ask({ ...user("Hi"), n: 3 });
    expect(whole.json.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(whole.json.choices[2]?.message?.content).toContain("This is answer 3 of 3.");
    const streamed = await stream({ ...user("Hi"), n: 3 });
    expect(streamed.chunks.slice(0, 4).map(({ choices }) => choices[0]?.index)).toEqual([0, 1, 2, 0]);
    for (const i of [0, 1, 2]) {
      expect(streamed.text(i)).toBe(whole.json.choices[i]?.message?.content);
      expect(streamed.finish(i)).toBe("stop");
    }
    expect(streamed.usage).toEqual(whole.json.usage);
  });

  test("reports log probabilities of what it is certain of", async () => {
    const { choice } = await ask({ ...user("/echo Grüße an"), logprobs: true, top_logprobs: 2 });
    expect(choice?.logprobs?.content).toMatchObject([
      { token: "Grüße", logprob: 0, bytes: [...Buffer.from("Grüße")] },
      { token: " an", logprob: 0 },
    ]);
  });
});

describe("tokens", () => {
  test("are words of up to 12 characters", async () => {
    const { json } = await ask({
      messages: [
        { role: "system", content: "two words" },
        { role: "user", content: "/echo one two thirteenchars\n" },
      ],
    });
    expect(json.usage).toMatchObject({ prompt_tokens: 2 + 6, completion_tokens: 5 });
  });

  test("include 100 for each medium, and those of the tools", async () => {
    const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
    const bare = await ask(user([{ type: "text", text: "/echo x" }]));
    const withImage = await ask(user([{ type: "text", text: "/echo x" }, image]));
    expect((withImage.json.usage?.prompt_tokens ?? 0) - (bare.json.usage?.prompt_tokens ?? 0)).toBe(100);
    const withTool = await ask({ ...user("/echo x"), tools: [weather] });
    expect(withTool.json.usage?.prompt_tokens).toBeGreaterThan(bare.json.usage?.prompt_tokens ?? 0);
  });

  test("include those of thoughts, which are also told apart", async () => {
    const { json } = await ask("/reason\n/say done");
    const { completion_tokens = 0, completion_tokens_details } = json.usage ?? {};
    expect(completion_tokens_details?.reasoning_tokens).toBe(completion_tokens - 1);
  });
});

describe("/echo", () => {
  test("says the rest of the message, lines and all", async () => {
    const text = 'a  "b"\\\n\t/say c\r\n\n end ';
    expect((await ask(`/echo ${text}`)).message?.content).toBe(text);
    expect((await stream(`/echo ${text}`)).text()).toBe(text);
  });

  test("says every text byte for byte", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), async (text) => {
        expect((await ask(`/echo ${text}`)).message?.content).toBe(text);
        expect((await stream(`/echo ${text}`)).text()).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  test("may say nothing", async () => {
    const { message, choice, json } = await ask("/echo");
    expect(message?.content).toBe("");
    expect(choice?.finish_reason).toBe("stop");
    expect(json.usage?.completion_tokens).toBe(0);
  });
});

describe("limits", () => {
  test("of tokens end the answer with the reason length", async () => {
    const limited = { ...user("/echo one two three four"), max_tokens: 2 };
    const { message, choice, json } = await ask(limited);
    expect([message?.content, choice?.finish_reason, json.usage?.completion_tokens]).toEqual(["one two", "length", 2]);
    const streamed = await stream(limited);
    expect([streamed.text(), streamed.finish()]).toEqual(["one two", "length"]);
  });

  test("of tokens that are just enough end nothing", async () => {
    expect((await ask({ ...user("/echo one two"), max_completion_tokens: 2 })).choice?.finish_reason).toBe("stop");
  });

  test("of tokens hold for each answer, thoughts included", async () => {
    const { json } = await ask({ ...user("/reason\n/echo never said"), max_tokens: 3, n: 2 });
    expect(json.choices.map(({ message, finish_reason }) => [message?.content, finish_reason])).toEqual([
      [null, "length"],
      [null, "length"],
    ]);
    expect(json.usage?.completion_tokens).toBe(6);
  });

  test("of tokens may break a tool call, as they do with vendors", async () => {
    const { message, choice } = await ask({
      ...user('/tool get_weather {"city": "Paris"}'),
      max_tokens: 2,
      tools: [weather],
    });
    expect(message?.tool_calls?.[0]?.function).toEqual({ name: "get_weather", arguments: '{"city":' });
    expect(choice?.finish_reason).toBe("length");
  });

  test("by stop texts end the answer before the first of them", async () => {
    const { message, choice } = await ask({ ...user("/echo one two. three! four"), stop: ["!", ". "] });
    expect([message?.content, choice?.finish_reason]).toEqual(["one two", "stop"]);
  });
});

describe("the caller", () => {
  test("who has left already is not answered", async () => {
    const gone = new Error("gone");
    await expect(demoWith().ask(requestOf(user("Hi"), AbortSignal.abort(gone)))).rejects.toBe(gone);
  });

  test("who leaves in the middle gets nothing more", async () => {
    const gone = new Error("gone");
    const controller = new AbortController();
    const { body } = await demoWith().ask(requestOf({ ...user("Hi"), stream: true }, controller.signal));
    await body.next();
    controller.abort(gone);
    await expect(body.next()).rejects.toBe(gone);
  });
});
