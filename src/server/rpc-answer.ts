import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import type { ResponseWriter } from "./http.ts";

type Body = AsyncIterable<Uint8Array>;

/** Sends a unary answer: in one write, with its length when no trailers follow. `gone`: aborts when the client leaves. */
export async function sendWhole(
  { status, header, trailer }: UniversalServerResponse,
  body: Body,
  response: ResponseWriter,
  gone: AbortSignal,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  if (gone.aborted) return;
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  const headers = flatHeaders(header);
  if (trailer === undefined && !header?.has("content-length")) headers.push("content-length", String(bytes.length));
  response.writeHead(status, headers);
  if (trailer !== undefined) response.addTrailers(Object.fromEntries(trailer));
  response.end(bytes);
}

/**
 * Sends a stream message by message, as fast as the client reads. When the client leaves, also while it is being waited
 * for, the reason is thrown into the body, so that the RPC's handler ends. Headers go out with the first message: until
 * then the handler may set some.
 */
export async function sendStream(
  { status, header, trailer }: UniversalServerResponse,
  body: Body,
  response: ResponseWriter,
  gone: AbortSignal,
): Promise<void> {
  const chunks = body[Symbol.asyncIterator]();
  let wake: (() => void) | undefined;
  const proceed = (): void => wake?.();
  response.on("drain", proceed);
  gone.addEventListener("abort", proceed);
  while (!gone.aborted) {
    const chunk = await chunks.next();
    if (gone.aborted) break;
    if (!response.headersSent) response.writeHead(status, flatHeaders(header));
    if (chunk.done === true) {
      if (trailer !== undefined) response.addTrailers(Object.fromEntries(trailer));
      response.end();
      return;
    }
    if (!response.write(chunk.value) && !gone.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  await chunks.throw?.(gone.reason).catch(() => {}); // it throws the reason back
}

function flatHeaders(headers: Headers | undefined): string[] {
  const flat: string[] = [];
  headers?.forEach((value, name) => {
    flat.push(name, value);
  });
  return flat;
}
