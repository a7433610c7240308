import { constants, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";

export interface SessionLimits {
  /** How long a new connection may take until its first request, in ms. */
  readonly headersTimeoutMs: number;
  /** How long a request may take until all of it is there, in ms. */
  readonly requestTimeoutMs: number;
  /** How long a connection may be without a request, in ms. */
  readonly idleTimeoutMs: number;
  /** How often to ask whether the peer is there, and how long to wait for its answer, in ms. */
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
}

/** The HTTP/2 connections of a listener. */
export interface Http2Sessions {
  add(session: ServerHttp2Session): void;
  /** Ends what is overdue. To be called every now and then. */
  sweep(): void;
  /** Takes no more requests (GOAWAY). A session ends when its last stream does. */
  close(): void;
}

interface Tracked {
  readonly session: ServerHttp2Session;
  /** Streams that are open. */
  running: number;
  idleSince: number;
  /** How long it may be idle. */
  patienceMs: number;
  /** Requests that had more to come after their headers, by when they began. In that order. */
  readonly receiving: Map<ServerHttp2Stream, number>;
  pingedAt: number;
  pinging: boolean;
}

/**
 * Node's limits for slow requests are for HTTP/1.1 only; these are for HTTP/2. They look at what was completed, not at
 * bytes: a peer that sends one byte at a time is as idle as one that sends none. `now`: ms, of any epoch.
 */
export function createHttp2Sessions(limits: SessionLimits, now: () => number): Http2Sessions {
  const all = new Set<Tracked>();

  function add(session: ServerHttp2Session): void {
    const at = now();
    const tracked: Tracked = {
      session,
      running: 0,
      idleSince: at,
      patienceMs: limits.headersTimeoutMs,
      receiving: new Map(),
      pingedAt: at,
      pinging: false,
    };
    const onStreamClose = function (this: ServerHttp2Stream): void {
      tracked.receiving.delete(this);
      tracked.running -= 1;
      if (tracked.running === 0) tracked.idleSince = now();
    };
    session.on("stream", (stream) => {
      tracked.running += 1;
      tracked.patienceMs = limits.idleTimeoutMs;
      if (!stream.endAfterHeaders) tracked.receiving.set(stream, now());
      stream.once("close", onStreamClose);
    });
    session.once("close", () => all.delete(tracked));
    all.add(tracked);
  }

  function sweep(): void {
    const at = now();
    for (const tracked of all) {
      if (tracked.running === 0 && at - tracked.idleSince > tracked.patienceMs) endIdle(tracked.session);
      endSlowRequests(tracked, at - limits.requestTimeoutMs);
      ping(tracked, at, limits);
    }
  }

  return {
    add,
    sweep,
    close() {
      for (const { session } of all) session.close();
    },
  };
}

/** With GOAWAY; without ceremony, when it does not end by that because headers are on their way. */
function endIdle(session: ServerHttp2Session): void {
  if (session.closed) session.destroy();
  else session.close();
}

/** A request that is being answered already, such as a stream in both directions, may take as long as its answer. */
function endSlowRequests({ receiving }: Tracked, begunBefore: number): void {
  for (const [stream, begun] of receiving) {
    if (begun > begunBefore) return;
    if (stream.state.remoteClose === 1) receiving.delete(stream);
    else if (!stream.headersSent) {
      stream.respond({ ":status": 408 }, { endStream: true });
      stream.close(constants.NGHTTP2_NO_ERROR);
    } else if (stream.writableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
  }
}

/** Finds peers that are gone without a word, for whom nothing will be closed otherwise. */
function ping(tracked: Tracked, at: number, limits: SessionLimits): void {
  const { session } = tracked;
  const waited = at - tracked.pingedAt;
  if (session.destroyed) return;
  if (tracked.pinging) {
    if (waited > limits.pingTimeoutMs) session.destroy();
  } else if (waited >= limits.pingIntervalMs) {
    tracked.pingedAt = at;
    tracked.pinging = session.ping(() => {
      tracked.pinging = false;
    });
  }
}
