import type { UpstreamAnswer } from "../core/ports.ts";
import { isRecord } from "../core/wire-values.ts";
import type { EventStreamText } from "./aws-event-stream.ts";
import type { HttpAnswer } from "./call.ts";

/** How Amazon's event streams name themselves ("Event stream encoding", Smithy 2.0). */
const awsEventStream = "application/vnd.amazon.eventstream";

/** Which failure a body tells of; the body itself need not say so ("Operation error serialization", Smithy 2.0). */
const errorType = "x-amzn-errortype";

/**
 * The answer with all that it says in its body, as the dialect wants it: the events of a stream, framed as Amazon's are,
 * as server-sent events, and the type of a failure, which is in a header, as "__type". The body fails with GatewayError
 * "upstream_malformed" or "upstream_cut" where a frame is damaged or broken off.
 */
export async function withoutAwsFraming(answer: HttpAnswer): Promise<UpstreamAnswer> {
  const type = answer.header(errorType);
  if (type !== undefined) return { ...answer, body: new TypedBody(answer.body, type) };
  if (!answer.contentType.startsWith(awsEventStream)) return answer;
  const { EventStreamText } = await import("./aws-event-stream.ts"); // large, and rarely needed
  const body = new UnframedBody(answer.body, new EventStreamText());
  return { ...answer, contentType: "text/event-stream", body };
}

/** Bytes of a failure that are waited for. One that is longer is passed on as it is. */
const longestFailure = 64 * 1024;

/** A failure's JSON object with its type in it. Other bodies are passed on as they are. */
class TypedBody implements AsyncIterator<Buffer, undefined> {
  readonly #body: UpstreamAnswer["body"];
  readonly #type: string;
  #begun = false;

  constructor(body: UpstreamAnswer["body"], type: string) {
    this.#body = body;
    this.#type = type;
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    if (this.#begun) return this.#body.next();
    this.#begun = true;
    const pieces: Buffer[] = [];
    let length = 0;
    while (length <= longestFailure) {
      const step = await this.#body.next();
      if (step.done === true) return { done: false, value: typed(Buffer.concat(pieces), this.#type) };
      pieces.push(step.value);
      length += step.value.length;
    }
    return { done: false, value: Buffer.concat(pieces) };
  }

  async return(): Promise<IteratorResult<Buffer, undefined>> {
    await this.#body.return?.();
    return { done: true, value: undefined };
  }
}

function typed(body: Buffer, type: string): Buffer {
  try {
    const wire: unknown = JSON.parse(body.length === 0 ? "{}" : body.toString("utf8"));
    return isRecord(wire) ? Buffer.from(JSON.stringify({ __type: type, ...wire })) : body;
  } catch {
    return body; // the dialect will say what it is
  }
}

class UnframedBody implements AsyncIterator<Buffer, undefined> {
  readonly #body: UpstreamAnswer["body"];
  readonly #frames: EventStreamText;

  constructor(body: UpstreamAnswer["body"], frames: EventStreamText) {
    this.#body = body;
    this.#frames = frames;
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    for (;;) {
      const step = await this.#body.next();
      if (step.done === true) {
        this.#frames.end();
        return step;
      }
      const text = await this.#decode(step.value);
      if (text.length > 0) return { done: false, value: text };
    }
  }

  async return(): Promise<IteratorResult<Buffer, undefined>> {
    await this.#body.return?.();
    return { done: true, value: undefined };
  }

  /** Behind a damaged frame nobody knows where the next one begins, so nobody reads on. */
  async #decode(chunk: Buffer): Promise<Buffer> {
    try {
      return this.#frames.push(chunk);
    } catch (error) {
      await this.#body.return?.();
      throw error;
    }
  }
}
