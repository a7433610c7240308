/** Many who ask one gateway again and again, over HTTP, for whole answers and streams. */
export interface Askers {
  /** Ids of the answers that came whole, in order. */
  readonly answered: readonly string[];
  /** HTTP statuses of the others, in order; 0 for a stream that broke. A connection that broke counts as none. */
  readonly refused: readonly number[];
  /** The longest that one waited for a whole answer, in ms. */
  readonly slowestMs: number;
  /** Asks no more. Resolves when all that was asked has ended. */
  stop(): Promise<void>;
}

export interface AskersOptions {
  readonly count: number;
  /** Called with the number of whole answers so far, at each of them. */
  readonly onAnswered?: (count: number) => void;
}

/** How answers of the demo end when they are whole. */
const ends = { whole: '"finish_reason":"stop"', stream: "data: [DONE]" };

export function startAskers(url: string, { count, onAnswered }: AskersOptions): Askers {
  const answered: string[] = [];
  const refused: number[] = [];
  let slowestMs = 0;
  let stopped = false;

  async function ask(stream: boolean): Promise<void> {
    const start = performance.now();
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model: "demo",
        stream,
        messages: [{ role: "user", content: "/say It is written down." }],
      }),
    });
    const text = await response.text();
    slowestMs = Math.max(slowestMs, performance.now() - start);
    const id = response.headers.get("causeway-request-id");
    const isWhole = text.trimEnd().endsWith(ends.stream) || (!stream && text.includes(ends.whole));
    if (response.status === 200 && id !== null && isWhole) {
      answered.push(id);
      onAnswered?.(answered.length);
    } else {
      refused.push(response.status === 200 ? 0 : response.status);
    }
  }

  const asking = Array.from({ length: count }, async (_, at) => {
    while (!stopped) await ask(at % 2 === 0).catch(() => undefined);
  });
  return {
    answered,
    refused,
    get slowestMs() {
      return slowestMs;
    },
    async stop() {
      stopped = true;
      await Promise.all(asking);
    },
  };
}
