import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface RawClient {
  readonly socket: Socket;
  /** All that came so far. */
  readonly text: () => string;
  /** Resolves with all that came when it has this in it. Rejects when the connection ends without. */
  readonly until: (part: string) => Promise<string>;
  /** Resolves with all that came when the connection is over. */
  readonly closed: Promise<string>;
}

/** A connection whose bytes the test writes itself. */
export async function connectRaw(port: number): Promise<RawClient> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  onTestFinished(() => {
    socket.destroy();
  });
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  await once(socket, "connect");
  socket.on("error", () => {}); // "close" follows
  const closed = new Promise<string>((resolve) => socket.on("close", () => resolve(text)));
  const until = (part: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (text.includes(part)) resolve(text);
      };
      look();
      socket.on("data", look);
      socket.on("close", () => reject(new Error(`the connection ended after: ${JSON.stringify(text)}`)));
    });
  return { socket, text: () => text, until, closed };
}

/** An HTTP/2 connection, plaintext with prior knowledge or TLS without looking at the certificate. Maybe on a given socket. */
export async function connectSession(url: string, socket?: Socket): Promise<ClientHttp2Session> {
  const onSocket = socket === undefined ? {} : { createConnection: () => socket };
  const session = connectHttp2(url, { rejectUnauthorized: false, ...onSocket });
  onTestFinished(() => {
    session.destroy();
  });
  session.on("error", () => {}); // "close" follows
  await once(session, "connect");
  return session;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One request on an HTTP/2 connection. Rejects when the stream is reset. */
export async function request(
  session: ClientHttp2Session,
  headers: Record<string, string>,
  body?: string | Buffer,
): Promise<Answer> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const [answer] = await once(stream, "response");
  await once(stream, "close");
  return { status: answer[":status"], headers: answer, body: text };
}
