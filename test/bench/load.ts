/**
 * The load generator, a process of its own. The parent opens connections (each makes one request to warm up), lets them
 * work for a bounded time or number of requests, gets what they saw, and closes them. Every answer is checked.
 */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { createChecker, firstPiece } from "./check.ts";
import { type Answered, createLoadConnection, type LoadConnection } from "./load-connection.ts";
import {
  type GoCommand,
  type LoadReply,
  loadCommandSchema,
  type OpenCommand,
  type Percentiles,
} from "./load-protocol.ts";

interface Session {
  go(command: GoCommand): void;
  close(): void;
}

function reply(message: LoadReply): void {
  process.send?.(message);
}

function percentiles(histogram: RecordableHistogram): Percentiles {
  return { p50: histogram.percentile(50) / 1000, p99: histogram.percentile(99) / 1000 };
}

/** At least a microsecond: a histogram takes nothing less. */
function micros(from: number, to: number): number {
  return Math.max(1, Math.round((to - from) * 1000));
}

function createSession(open: OpenCommand): Session {
  const check = createChecker(open.check);
  const warmUp = Buffer.from(open.warmUpRequest);
  const request = Buffer.from(open.request);
  const connections: LoadConnection[] = [];
  let failed = false;
  let timer: NodeJS.Timeout | undefined;
  let idle = 0;
  let onAnswer: (connection: LoadConnection, answered: Answered) => void = warmedUp;

  function fail(message: string): void {
    if (failed) return;
    failed = true;
    close();
    reply({ kind: "failed", message });
  }

  function close(): void {
    clearTimeout(timer);
    for (const connection of connections) connection.close();
  }

  function wrong(answered: Answered): string | undefined {
    if (answered.status !== 200) return `status ${answered.status}: ${answered.body.toString("utf8", 0, 300)}`;
    if (!answered.contentType.startsWith(open.check.contentType)) return `content type "${answered.contentType}"`;
    return check(answered.body);
  }

  function warmedUp(): void {
    idle += 1;
    if (idle < open.connections) return;
    clearTimeout(timer);
    reply({ kind: "ready" });
  }

  function limit(ms: number, doing: string): void {
    timer = setTimeout(
      () => fail(`${doing} took more than ${ms / 1000} s; ${idle} of ${open.connections} were done`),
      ms,
    );
  }

  for (let at = 0; at < open.connections; at += 1) {
    const connection = createLoadConnection({
      host: open.host,
      port: open.port,
      first: firstPiece(open.check),
      onFailure: fail,
      onAnswer(answered) {
        const why = wrong(answered);
        if (why !== undefined) fail(`a wrong answer: ${why}`);
        else onAnswer(connection, answered);
      },
    });
    connections.push(connection);
    connection.ready.then(() => connection.ask(warmUp), fail);
  }
  limit(open.limitMs, "warming up");

  function go(command: GoCommand): void {
    const latency = createHistogram();
    const firstChunk = createHistogram();
    const startedAt = performance.now();
    const until = command.durationMs === undefined ? Number.POSITIVE_INFINITY : startedAt + command.durationMs;
    const most = command.requestsEach ?? Number.POSITIVE_INFINITY;
    const done = new Map(connections.map((connection) => [connection, 0]));
    let requests = 0;
    let bytes = 0;
    idle = 0;

    function finish(): void {
      clearTimeout(timer);
      const seconds = (performance.now() - startedAt) / 1000;
      reply({
        kind: "result",
        result: { requests, bytes, seconds, latencyMs: percentiles(latency), firstMs: percentiles(firstChunk) },
      });
    }

    onAnswer = (connection, answered) => {
      requests += 1;
      bytes += answered.body.length;
      latency.record(micros(answered.askedAt, answered.endedAt));
      firstChunk.record(micros(answered.askedAt, answered.firstAt ?? answered.endedAt));
      const count = (done.get(connection) ?? 0) + 1;
      done.set(connection, count);
      if (answered.endedAt < until && count < most) return connection.ask(request);
      idle += 1;
      if (idle === open.connections) finish();
    };
    limit((command.durationMs ?? 0) + open.limitMs, "a slice");
    connections.forEach((connection, at) => {
      // Spread over the pause between two chunks, as independent clients are.
      if (command.spreadMs === 0) connection.ask(request);
      else setTimeout(() => failed || connection.ask(request), (at * command.spreadMs) / open.connections);
    });
  }

  return { go, close };
}

let session: Session | undefined;
process.on("message", (message) => {
  const command = loadCommandSchema.parse(message);
  switch (command.kind) {
    case "open":
      session = createSession(command);
      return;
    case "go":
      session?.go(command);
      return;
    case "close":
      session?.close();
      reply({ kind: "closed" });
      return;
  }
});
process.on("disconnect", () => process.exit());
