import { type ChatEvent, FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { Usage } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { Dialect, StreamReader, StreamWatcher } from "../core/dialect.ts";
import { GatewayError } from "../core/error.ts";
import { dialectOf, type Exchange } from "../core/exchange.ts";
import type { Frame } from "../core/frame.ts";
import type { UpstreamAnswer } from "../core/ports.ts";
import { textOfEvents } from "../core/text.ts";
import { EventBatcher } from "../lib/sse.ts";
import type { OpenAnswer } from "./attempt.ts";

/** A provider that says nothing at such length is taken to have begun. */
const mostHeldBytes = 256 * 1024;

/** A streamed answer, frame by frame, looked at on its way for the ledger. */
export class FrameSource {
  readonly #exchange: Exchange;
  readonly #dialect: Dialect;
  readonly #model: string;
  readonly #body: UpstreamAnswer["body"];
  readonly #keepLimit: number;
  /** Whether the client speaks the provider's dialect. */
  readonly #isRelayed: boolean;
  readonly #watcher: StreamWatcher;
  readonly #batcher = new EventBatcher();
  #reader: StreamReader | undefined;
  #ended = false;
  #begunBytes = 0;
  /** What came before the answer began; undefined since. */
  #held: HeldFrame[] | undefined = [];

  /** `keepLimit`: bytes of the answer to keep. */
  constructor(exchange: Exchange, { dialect, model, body }: OpenAnswer, keepLimit: number) {
    this.#exchange = exchange;
    this.#dialect = dialect;
    this.#model = model;
    this.#body = body;
    this.#keepLimit = keepLimit;
    this.#isRelayed = dialectOf(exchange.call.request) === dialect;
    this.#watcher = dialect.stream.watcher({ hideUsage: !exchange.call.usageWanted });
  }

  get isAnswering(): boolean {
    return this.#begunBytes > 0;
  }

  /** As far as it is known. */
  get usage(): Usage | undefined {
    return this.#watcher.usage;
  }

  /**
   * Reads until the answer has begun: content is there, or the model was done without any. Throws for one that fails or
   * ends before. Until then nothing goes to the client, so that another place can be asked.
   * `refuseFiltered`: an answer that the provider's filter has emptied fails, too.
   */
  async begin(refuseFiltered: boolean): Promise<void> {
    const held = this.#held ?? [];
    while (this.#begunBytes <= mostHeldBytes) {
      const read = await this.#read();
      if (read === undefined) break;
      this.#begunBytes += read.length;
      const frame = this.#isRelayed
        ? { bytes: read, relay: this.#see(read), events: this.#firstEvents(read) }
        : this.#translated(read);
      held.push(frame);
      if (hasContent(frame)) break;
    }
    if (this.#ended && this.#watcher.finishReason === FinishReason.UNSPECIFIED && !held.some(hasContent)) throw cut();
    const isFiltered = refuseFiltered && this.#watcher.finishReason === FinishReason.CONTENT_FILTER;
    if (isFiltered && held.every(({ events }) => events === undefined || textOfEvents(events) === "")) {
      throw new GatewayError("content_filtered", "The provider's content filter left nothing of the answer.");
    }
  }

  /** The next frame: all whole events of one read. undefined at the end. Throws for an answer that ends before the model was done. */
  async next(): Promise<Frame | undefined> {
    const held = this.#held?.shift();
    if (held !== undefined) {
      this.#exchange.keep(held.bytes, this.#keepLimit);
      return this.#frame(held);
    }
    this.#held = undefined;
    const bytes = await this.#read();
    if (bytes === undefined) return undefined;
    this.#exchange.keep(bytes, this.#keepLimit); // before it is looked at: what fails is worth keeping
    return this.#frame(this.#isRelayed ? { bytes, relay: this.#see(bytes), events: [] } : this.#translated(bytes));
  }

  /** Tells the exchange what was seen, however far the answer came. */
  report(): void {
    const exchange = this.#exchange;
    for (const { bytes } of this.#held ?? []) exchange.keep(bytes, this.#keepLimit);
    exchange.usage = this.#watcher.usage;
    exchange.finishReason = this.#watcher.finishReason;
    exchange.answerId = this.#watcher.id ?? exchange.answerId;
    exchange.held = this.#watcher.held;
  }

  /** Ends the request, wherever it is. */
  async leave(): Promise<void> {
    await this.#body.return?.();
  }

  /** All whole events of one read. undefined at the end of an answer that is complete. */
  async #read(): Promise<Buffer | undefined> {
    while (!this.#ended) {
      const read = await this.#body.next();
      this.#ended = read.done === true;
      const bytes = read.done === true ? this.#batcher.end() : this.#batcher.push(read.value);
      if (bytes.length > 0) return bytes;
    }
    if (this.#watcher.finished) return undefined;
    throw cut();
  }

  #see(bytes: Buffer): Buffer {
    const relay = this.#watcher.see(bytes);
    if (this.#watcher.ended && !this.#ended) {
      this.#ended = true; // it said so, but holds on to its connection: the client need not wait for that
      void letGo(this.#body);
    }
    return relay;
  }

  #frame({ relay, events }: HeldFrame): Frame {
    let waiting = events;
    const taken = (): ChatEvent[] => {
      const all = waiting ?? [];
      waiting = undefined; // the frame stays until the next one is there
      return all;
    };
    return { dialect: this.#dialect, relay, events: taken };
  }

  /** The watcher sees no more than it has to: most events of a stream do nothing but let a text grow. */
  #translated(bytes: Buffer): HeldFrame {
    let telling = bytes;
    try {
      const events = this.#decode(bytes);
      telling = this.#reader?.telling ?? bytes;
      return { bytes, relay: bytes, events };
    } finally {
      if (telling.length > 0) this.#see(telling);
    }
  }

  /**
   * What tells whether an answer that is relayed has begun: read no further than to the first content. undefined: it cannot
   * be read, and need not be.
   */
  #firstEvents(bytes: Buffer): ChatEvent[] | undefined {
    const events: ChatEvent[] = [];
    try {
      for (let from = 0; from < bytes.length && !events.some(isContent); ) {
        const end = bytes.indexOf("\n\n", from);
        const to = end < 0 ? bytes.length : end + 2;
        events.push(...this.#decode(bytes.subarray(from, to)));
        from = to;
      }
      return events;
    } catch {
      return undefined;
    }
  }

  #decode(bytes: Buffer): ChatEvent[] {
    this.#reader ??= this.#dialect.stream.reader();
    const events = this.#reader.read(bytes);
    const first = events[0]?.kind;
    if (first?.case === "start") first.value.model ||= this.#model; // some vendors do not say
    return events;
  }
}

const cut = (): GatewayError =>
  new GatewayError("upstream_cut", "The provider's answer ended before the model was done: it is not complete.");

interface HeldFrame {
  readonly bytes: Buffer;
  readonly relay: Buffer;
  /** undefined: they could not be read, and need not be. */
  readonly events: ChatEvent[] | undefined;
}

const hasContent = ({ events }: HeldFrame): boolean => events === undefined || events.some(isContent);

/** Whether the answer has begun with this: a head, and a part that is still empty, are no beginning. */
function isContent({ kind }: ChatEvent): boolean {
  switch (kind.case) {
    case "partDelta":
    case "partEnd":
    case "finish":
      return true;
    case "partStart": {
      const part = kind.value.part?.kind;
      switch (part?.case) {
        case undefined:
          return false;
        case "text":
        case "reasoning":
        case "refusal":
          return part.value.text !== "";
        default:
          return true;
      }
    }
    default:
      return false;
  }
}

/** An end that is due should be there at once, in ms. */
const longestEndMs = 1000;

/** Reads the end that should follow at once, so that the connection can serve again; anything else ends the request. */
async function letGo(body: UpstreamAnswer["body"]): Promise<void> {
  const timer = setTimeout(() => void body.return?.(), longestEndMs);
  try {
    const next = await body.next();
    if (next.done !== true) await body.return?.();
  } catch {
    // the answer was complete: how its connection ended is of no interest
  } finally {
    clearTimeout(timer);
  }
}
