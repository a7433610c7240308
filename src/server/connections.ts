import type { Server as HttpServer } from "node:http";
import { createServer as createHttp2Server, type Http2Server } from "node:http2";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { RequestHandler } from "./http.ts";
import { createHttp2Sessions, type Http2Sessions, type SessionLimits } from "./http2-sessions.ts";
import { sniffPreface } from "./preface.ts";

export interface ConnectionLimits extends SessionLimits {
  /** The longest request head, in bytes. */
  readonly headerBytes: number;
  /** Requests at a time on one HTTP/2 connection. */
  readonly maxConcurrentStreams: number;
}

/** The connections of a port. */
export interface Connections {
  readonly size: number;
  /** Ends what is overdue. To be called every now and then. */
  sweep(): void;
  /** Ends those without a request; HTTP/2's take no more. */
  endIdle(): void;
  destroy(): void;
  /** Resolves when there is none. For a server that accepts no more. */
  ended(): Promise<void>;
}

/** Uploads of some hundred kilobytes must not wait for a round trip every 64 KB, HTTP/2's default. In bytes. */
const streamWindow = 1 << 20;
const sessionWindow = 4 << 20;

/**
 * Takes over the connections of `server`, which has HTTP/1.1 for all of them: those that speak HTTP/2 are found and served
 * so. HTTP/1.1 stays that server's, since only for connections that it accepted itself its timeouts work.
 */
export function createConnections(
  server: HttpServer | HttpsServer,
  secure: boolean,
  serve: RequestHandler,
  limits: ConnectionLimits,
): Connections {
  const sockets = new Set<Socket>();
  /** New sockets whose HTTP version is not known, by when they came. */
  const sniffing = new Map<Socket, number>();
  const http1 = new Set<Socket>();
  let onEmpty: (() => void) | undefined;
  const sessions = createHttp2Sessions(limits, () => performance.now());
  const http2Server = createHttp2(limits, serve, sessions);
  const event = secure ? "secureConnection" : "connection";
  const [serveHttp1] = server.listeners(event);
  server.removeAllListeners(event);

  function handOver(socket: Socket, http2: boolean): void {
    if (http2) {
      socket.allowHalfOpen = false; // else the end of a client is not noticed while it is being waited for
      http2Server.emit("connection", socket);
      return;
    }
    http1.add(socket);
    socket.once("close", () => http1.delete(socket));
    if (serveHttp1 !== undefined) Reflect.apply(serveHttp1, server, [socket]);
  }

  function sniff(socket: Socket): void {
    sniffing.set(socket, performance.now());
    sniffPreface(socket, (http2) => {
      sniffing.delete(socket);
      handOver(socket, http2);
    });
  }

  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      sniffing.delete(socket);
      if (sockets.size === 0) onEmpty?.();
    });
    if (!secure) sniff(socket);
  });
  if (secure) server.on("secureConnection", (socket: TLSSocket) => handOver(socket, socket.alpnProtocol === "h2"));

  return {
    get size() {
      return sockets.size;
    },
    sweep() {
      const overdue = performance.now() - limits.headersTimeoutMs;
      for (const [socket, since] of sniffing) if (since < overdue) socket.destroy();
      sessions.sweep();
    },
    endIdle() {
      for (const socket of sniffing.keys()) socket.destroy();
      // Node times HTTP/1.1's sockets between two requests and at no other time
      for (const socket of http1) if (socket.timeout) socket.destroy();
      sessions.close();
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
    ended() {
      if (sockets.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        onEmpty = resolve;
      });
    },
  };
}

function createHttp2(limits: ConnectionLimits, serve: RequestHandler, sessions: Http2Sessions): Http2Server {
  const settings = {
    maxConcurrentStreams: limits.maxConcurrentStreams,
    maxHeaderListSize: limits.headerBytes,
    initialWindowSize: streamWindow,
  };
  const server = createHttp2Server({ settings }, serve);
  server.on("session", (session) => {
    session.setLocalWindowSize(sessionWindow);
    sessions.add(session);
  });
  return server;
}
