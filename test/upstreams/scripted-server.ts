import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** A request as it came over the wire. */
export interface WireRequest {
  /** The request line. */
  readonly line: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface ScriptedConnection {
  readonly socket: Socket;
  /** The next whole request on this connection. */
  request(): Promise<WireRequest>;
  write(text: string | Buffer): void;
  /** Ends with FIN. */
  end(): void;
  /** Ends with RST. */
  reset(): void;
  /** Resolves when the client has closed, with the time by performance.now(). */
  readonly closed: Promise<number>;
}

/** A TCP server on loopback that does nothing by itself: the test plays it, connection by connection. */
export async function createScriptedServer() {
  const arrived: ScriptedConnection[] = [];
  const waiting: ((connection: ScriptedConnection) => void)[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    accepted += 1;
    sockets.add(socket);
    const connection = readConnection(socket);
    const next = waiting.shift();
    if (next === undefined) arrived.push(connection);
    else next(connection);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const host = `127.0.0.1:${address.port}`;
  return {
    host,
    url: `http://${host}`,
    accepted: () => accepted,
    /** The next connection that came in. */
    connection(): Promise<ScriptedConnection> {
      const connection = arrived.shift();
      if (connection !== undefined) return Promise.resolve(connection);
      return new Promise((resolve) => waiting.push(resolve));
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
      if (server.listening) await once(server, "close");
    },
  };
}

function readConnection(socket: Socket): ScriptedConnection {
  let received = Buffer.alloc(0);
  let onData = (): void => {};
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    onData();
  });
  socket.on("error", () => {});
  const closed = new Promise<number>((resolve) => {
    socket.on("close", () => resolve(performance.now()));
  });
  const take = (): WireRequest | undefined => {
    const headEnd = received.indexOf("\r\n\r\n");
    if (headEnd === -1) return undefined;
    const [line = "", ...fields] = received.toString("latin1", 0, headEnd).split("\r\n");
    const headers = new Map(
      fields.map((field) => {
        const colon = field.indexOf(":");
        return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const;
      }),
    );
    const end = headEnd + 4 + Number(headers.get("content-length") ?? 0);
    if (received.length < end) return undefined;
    const body = received.subarray(headEnd + 4, end);
    received = received.subarray(end);
    return { line, headers, body };
  };
  return {
    socket,
    closed,
    request: () =>
      new Promise((resolve) => {
        onData = () => {
          const request = take();
          if (request === undefined) return;
          onData = () => {};
          resolve(request);
        };
        onData();
      }),
    write: (text) => void socket.write(text),
    end: () => socket.end(),
    reset: () => socket.resetAndDestroy(),
  };
}
