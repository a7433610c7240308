import { randomUUID } from "node:crypto";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { onTestFinished } from "vitest";
import { ChatService } from "../../gen/causeway/chat/v1/service_pb.ts";
import { Health } from "../../gen/grpc/health/v1/health_pb.ts";
import { GatewayError } from "../../src/core/error.ts";
import { createHandler, type HandlerOptions } from "../../src/server/adapter.ts";
import type { ServerLog } from "../../src/server/http.ts";
import { createListener, type Listener, type ListenerOptions } from "../../src/server/listener.ts";

export interface Serving {
  readonly listener: Listener;
  readonly url: string;
  readonly port: number;
  readonly log: LogLine[];
}

export interface LogLine {
  readonly level: "warn" | "error";
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

export type ServeOptions = Partial<Omit<HandlerOptions, "log" | "limits">> &
  Partial<Pick<ListenerOptions, "tls" | "host">> & {
    readonly chat?: Partial<ServiceImpl<typeof ChatService>>;
    readonly services?: (router: ConnectRouter) => void;
    readonly listenerLimits?: ListenerOptions["limits"];
    readonly limits?: Partial<HandlerOptions["limits"]>;
  };

/** The server as it is composed, on a free port, for one test. */
export async function serve(options: ServeOptions = {}): Promise<Serving> {
  const { chat = {}, services, listenerLimits, limits, tls, host = "127.0.0.1", ...handlerOptions } = options;
  const log: LogLine[] = [];
  const shutdown = new AbortController();
  const recorder = createRecorder(log);
  const handler = createHandler({
    routes: (router) => {
      router.service(ChatService, chat);
      services?.(router);
    },
    fallback: (request, response) => {
      response.setHeader("content-type", "text/plain");
      response.statusCode = 404;
      response.end(`nothing at ${request.url}`);
    },
    authenticate: () => "",
    open: [Health],
    cors: { origins: [] },
    newRequestId: randomUUID,
    shutdownSignal: shutdown.signal,
    ...handlerOptions,
    limits: { bodyBytes: 1 << 20, ...limits },
    log: recorder,
  });
  const listener = createListener({
    handler,
    host,
    port: 0,
    tls,
    limits: { checkIntervalMs: 20, forceMs: 500, ...listenerLimits },
    onForce: () => shutdown.abort(new GatewayError("unavailable", "The gateway is shutting down.")),
    log: recorder,
  });
  const { port } = await listener.start();
  onTestFinished(async () => {
    await listener.shutdown(0);
  });
  return { listener, url: listener.url, port, log };
}

function createRecorder(lines: LogLine[]): ServerLog {
  return {
    warn: (fields, message) => lines.push({ level: "warn", fields: { ...fields }, message }),
    error: (fields, message) => lines.push({ level: "error", fields: { ...fields }, message }),
  };
}
