import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import { Server as NetServer } from "node:net";
import { type ConnectionLimits, createConnections } from "./connections.ts";
import type { RequestHandler, ServerLog, ServerRequest, ServerResponse } from "./http.ts";
import { listenProblem, tlsProblem } from "./listen-problem.ts";

export interface ListenerOptions {
  readonly handler: RequestHandler;
  /** A name or an address. undefined: every interface. */
  readonly host: string | undefined;
  /** 0: any that is free. */
  readonly port: number;
  /** With it the port speaks TLS only, and ALPN chooses the HTTP version. */
  readonly tls?: TlsIdentity | undefined;
  readonly limits?: Partial<ListenerLimits>;
  /** Called when calls are still running after the grace of a shutdown: they have to end now, with an error. */
  readonly onForce: () => void;
  readonly log: ServerLog;
}

/** PEM. */
export interface TlsIdentity {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface ListenerLimits extends ConnectionLimits {
  /** How often to look for what is overdue, in ms. */
  readonly checkIntervalMs: number;
  /** How long calls may take to write their error after `onForce`, in ms. */
  readonly forceMs: number;
}

const defaultLimits: ListenerLimits = {
  headersTimeoutMs: 30_000,
  requestTimeoutMs: 300_000,
  idleTimeoutMs: 75_000, // longer than the 60 s after which load balancers drop theirs
  pingIntervalMs: 30_000,
  pingTimeoutMs: 20_000,
  headerBytes: 32_768, // pages on localhost send the cookies of all its ports
  maxConcurrentStreams: 256,
  checkIntervalMs: 5_000,
  forceMs: 2_000,
};

/** While shutting down: a client that sends its next request at once hears "connection: close" rather than a reset. */
const drainKeepAliveMs = 100;

export interface BoundAddress {
  readonly host: string;
  readonly port: number;
}

/** One port for HTTP/1.1 and HTTP/2. */
export interface Listener {
  /** Resolves with the address when connections are accepted. Rejects with an Error that says what to do. */
  start(): Promise<BoundAddress>;
  /** Where it can be reached from this machine, "http://127.0.0.1:4000". Throws before it was started. */
  readonly url: string;
  /** Connections that are open. */
  readonly connections: number;
  /**
   * Takes no more connections and requests, ends idle connections, and lets what runs finish. What runs longer than
   * `graceMs` is told to end (`onForce`), and cut a little later. Resolves when no connection is left, with whether all
   * finished in time.
   */
  shutdown(graceMs: number): Promise<boolean>;
}

/**
 * Plaintext: HTTP/1.1 and HTTP/2 with prior knowledge, told apart by their first bytes. TLS: by ALPN. Throws an Error
 * that says what is wrong with the certificate or its key.
 */
export function createListener(options: ListenerOptions): Listener {
  const { handler, host, port, tls, onForce, log } = options;
  const limits: ListenerLimits = { ...defaultLimits, ...options.limits };
  let draining = false;
  let stopped: Promise<boolean> | undefined;
  let sweeper: NodeJS.Timeout | undefined;

  const serve = (request: ServerRequest, response: ServerResponse): void => {
    if (draining && request.httpVersionMajor === 1) response.setHeader("connection", "close");
    handler(request, response);
  };
  const server = createServer(tls, limits, serve);
  const connections = createConnections(server, tls !== undefined, serve, limits);

  async function start(): Promise<BoundAddress> {
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => reject(listenProblem(error, host, port));
      server.once("error", fail);
      server.listen({ host, port, backlog: 2048 }, () => {
        server.off("error", fail);
        resolve();
      });
    });
    server.on("error", (err) => log.error({ err }, "the listener could not accept a connection"));
    sweeper = setInterval(() => connections.sweep(), limits.checkIntervalMs).unref();
    return addressOf(server);
  }

  async function drain(graceMs: number): Promise<boolean> {
    draining = true;
    server.keepAliveTimeout = drainKeepAliveMs;
    server.keepAliveTimeoutBuffer = 0;
    // not http.Server's own close: that one cuts answers that are complete but not yet on the wire
    NetServer.prototype.close.call(server);
    const closed = connections.ended();
    connections.endIdle();
    const inTime = await within(closed, graceMs);
    if (!inTime) {
      onForce();
      if (!(await within(closed, limits.forceMs))) connections.destroy();
      await closed;
    }
    clearInterval(sweeper);
    server.close(); // stops Node's checks
    return inTime;
  }

  return {
    start,
    get url() {
      const { host: bound, port: at } = addressOf(server);
      const reachable = bound === "::" || bound === "0.0.0.0" ? "127.0.0.1" : bound;
      return `${tls === undefined ? "http" : "https"}://${reachable.includes(":") ? `[${reachable}]` : reachable}:${at}`;
    },
    get connections() {
      return connections.size;
    },
    shutdown(graceMs) {
      stopped ??= drain(graceMs);
      return stopped;
    },
  };
}

function createServer(
  tls: TlsIdentity | undefined,
  limits: ListenerLimits,
  serve: RequestHandler,
): HttpServer | HttpsServer {
  const options = {
    headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    maxHeaderSize: limits.headerBytes,
    noDelay: true,
    keepAlive: true, // TCP's: finds peers that are gone
    keepAliveInitialDelay: limits.pingIntervalMs,
  };
  if (tls === undefined) return createHttpServer(options, serve);
  const secure = { ...tls, ALPNProtocols: ["h2", "http/1.1"], handshakeTimeout: limits.headersTimeoutMs };
  try {
    if (tls.cert.length === 0 || tls.key.length === 0) throw new Error("one of them is empty"); // Node would do without
    return createHttpsServer({ ...options, ...secure }, serve);
  } catch (error) {
    throw tlsProblem(error);
  }
}

function addressOf(server: NetServer): BoundAddress {
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("The listener has no address: it is not started.");
  }
  return { host: address.address, port: address.port };
}

/** Whether it resolves in time. */
async function within(work: Promise<void>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, ms, false);
  work.then(() => resolve(true));
  const inTime = await promise;
  clearTimeout(timer);
  return inTime;
}
