import { buildConnector, Client, type Dispatcher } from "undici";

/** A place for one request at a time. Its socket is opened when needed, and again when the server has closed it. */
export interface Connection {
  /** Whether its socket has carried an answer before: only then can the server have closed it behind our back. */
  readonly reused: boolean;
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void;
  /** Gives the place back, once. `intact`: whether the answer came to its end. */
  release(intact: boolean): void;
}

export interface Connections {
  take(): Connection;
  /** Ends idle sockets at once and the others with their request. Resolves when all have ended. */
  close(): Promise<void>;
}

/**
 * How long an idle socket is kept when the server names no time (keep-alive: timeout=…). Below the 60 s at which common
 * load balancers close idle connections themselves.
 */
const keepAliveMs = 50_000;
/** How much earlier than the server announced we close an idle socket ourselves. */
const keepAliveMarginMs = 1_000;

/**
 * Sockets to one origin: HTTP/1.1, as many as there are requests at a time, each request alone on its socket, so that
 * ending a request means closing a socket and nothing else. The one used last is taken first: a list instead of
 * undici's Pool, which looks through all its clients for each request, and keeps more sockets warm than are needed.
 * `connectMs`: after so long, and up to a second more, an attempt to connect is given up.
 */
export function createConnections(origin: string, connectMs: number): Connections {
  const idle: ClientConnection[] = [];
  const all = new Set<ClientConnection>();
  // One for all: it holds the TLS sessions.
  const connect = buildConnector({ timeout: connectMs, allowH2: false });
  let closed = false;

  const open = (): ClientConnection => {
    const client = new Client(origin, {
      connect,
      allowH2: false,
      pipelining: 1,
      headersTimeout: 0, // `Call` has its own timer
      bodyTimeout: 0,
      keepAliveTimeout: keepAliveMs,
      keepAliveTimeoutThreshold: keepAliveMarginMs,
    });
    const connection = new ClientConnection(client, giveBack);
    client.on("disconnect", () => {
      const at = idle.indexOf(connection);
      if (at === -1) return;
      idle.splice(at, 1);
      drop(connection);
    });
    all.add(connection);
    return connection;
  };
  const giveBack = (connection: ClientConnection, intact: boolean): void => {
    if (intact && !closed) idle.push(connection);
    else drop(connection);
  };
  const drop = (connection: ClientConnection): void => {
    all.delete(connection);
    void connection.client.close();
  };

  return {
    take: () => idle.pop() ?? open(),
    async close() {
      closed = true;
      idle.length = 0;
      const closing = [...all].map((connection) => connection.client.close());
      all.clear();
      await Promise.all(closing);
    },
  };
}

class ClientConnection implements Connection {
  readonly client: Client;
  readonly #giveBack: (connection: ClientConnection, intact: boolean) => void;
  reused = false;

  constructor(client: Client, giveBack: (connection: ClientConnection, intact: boolean) => void) {
    this.client = client;
    this.#giveBack = giveBack;
    client.on("connect", () => {
      this.reused = false;
    });
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.client.dispatch(options, handler);
  }

  release(intact: boolean): void {
    this.reused = true;
    this.#giveBack(this, intact);
  }
}
