import type { Socket } from "node:net";

/** What an HTTP/2 connection with prior knowledge begins with (RFC 9113, section 3.4). */
const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/**
 * Reads no more of a new socket than it takes to tell HTTP/2 from HTTP/1.1, puts that back and calls `decided` once.
 * A socket that ends or fails before is destroyed. How long it may take is the caller's to watch.
 */
export function sniffPreface(socket: Socket, decided: (http2: boolean) => void): void {
  let head: Buffer | undefined;
  const give = (): void => {
    socket.destroy();
  };
  const read = (): void => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    head = head === undefined ? chunk : Buffer.concat([head, chunk]);
    const length = Math.min(head.length, preface.length);
    const http2 = head.compare(preface, 0, length, 0, length) === 0;
    if (http2 && length < preface.length) return;
    socket.off("readable", read).off("end", give).off("error", give);
    socket.unshift(head);
    decided(http2);
  };
  socket.on("readable", read).on("end", give).on("error", give);
}
