import type { Clock } from "../core/clock.ts";
import type { Dialect } from "../core/dialect.ts";
import { GatewayError } from "../core/error.ts";
import type { Credential, Upstream, UpstreamAnswer, UpstreamRequest } from "../core/ports.ts";
import { type EndpointPaths, resolveEndpoints } from "./base-url.ts";
import { Call } from "./call.ts";
import { createConnections } from "./connections.ts";
import type { Peer, Timeouts } from "./failures.ts";
import { type ModelListForm, readModelList } from "./model-list.ts";
import { type Auth, createRequestHeaders } from "./request-headers.ts";

export interface HttpUpstreamOptions {
  /** The provider's name, for messages and the ledger. */
  readonly name: string;
  readonly dialect: Dialect;
  /** What the vendor's own SDK takes as base URL; see `resolveEndpoints` for what people may paste. */
  readonly baseUrl: string;
  /** The path of a base URL that has none. */
  readonly basePath?: string | undefined;
  readonly paths: EndpointPaths;
  readonly auth: Auth;
  /** Sent with each request; they win over the gateway's own of the same name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Where the list of models differs from OpenAI's, in form or in who may ask. */
  readonly modelList?: ModelListRequest | undefined;
  /** Models of a vendor that has no list. */
  readonly models?: readonly string[] | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  readonly userAgent: string;
  readonly clock: Clock;
}

export interface ModelListRequest extends ModelListForm {
  readonly auth?: Auth;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A whole answer comes only when the model is done, and some models think for minutes before their first word: the
 * vendors' own SDKs wait for 10 minutes.
 */
const defaultTimeouts: Timeouts = { connectMs: 10_000, firstByteMs: 600_000, idleMs: 300_000 };

const modelListMs = 5_000;
/** The longest list there is, OpenRouter's with its descriptions, takes about 1 MB. */
const modelListBytes = 8 * 1024 * 1024;

/**
 * A provider that is reached over HTTP/1.1. The body of an answer hands out all that came in since the last pull; when
 * 256 KB wait, the socket is left unread. Connections are kept and reused, each for one request at a time; ending a
 * request closes its socket. Nothing is sent twice, but for what `call.ts` says of idle sockets.
 * Throws GatewayError "invalid_request" for options that a person got wrong (base URL, headers).
 */
export function createHttpUpstream(options: HttpUpstreamOptions): Upstream {
  const { name, dialect, clock, modelList = {} } = options;
  const endpoints = resolveEndpoints(name, options.baseUrl, options.paths, options.basePath);
  const timeouts: Timeouts = {
    connectMs: options.timeouts?.connectMs ?? defaultTimeouts.connectMs,
    firstByteMs: options.timeouts?.firstByteMs ?? defaultTimeouts.firstByteMs,
    idleMs: options.timeouts?.idleMs ?? defaultTimeouts.idleMs,
  };
  const peer: Peer = { provider: name, host: endpoints.host, timeouts };
  const connections = createConnections(endpoints.origin, timeouts);
  const common = { "user-agent": options.userAgent, "accept-encoding": "identity" };
  const askHeaders = createRequestHeaders(
    name,
    options.auth,
    { "content-type": "application/json", accept: "application/json, text/event-stream", ...common },
    options.headers ?? {},
  );
  const listHeaders = createRequestHeaders(
    name,
    modelList.auth ?? options.auth,
    { accept: "application/json", ...common },
    { ...options.headers, ...modelList.headers },
  );

  const ask = async ({ operation, body, credential, signal }: UpstreamRequest): Promise<UpstreamAnswer> => {
    signal.throwIfAborted();
    const path = endpoints[operation];
    if (path === undefined) {
      throw new GatewayError("not_supported", `${name} has no ${operation}. Ask another provider.`, { provider: name });
    }
    const headers = askHeaders(credential);
    const request = { method: "POST", path, headers, body, blocking: false } as const;
    return new Call(connections.take(), request, peer, clock, signal).start();
  };

  const fetchModels = async (path: string, credential: Credential | undefined, signal: AbortSignal) => {
    signal.throwIfAborted();
    const request = { method: "GET", path, headers: listHeaders(credential) } as const;
    const answer = await new Call(connections.take(), request, peer, clock, signal).start();
    const body = await collect(answer, name);
    if (answer.status === 200) return readModelList(body, modelList, name);
    const refusal = dialect.error.read(answer.status, body);
    throw new GatewayError(refusal.code, `${name} does not list its models: ${refusal.message}`, {
      provider: name,
      upstreamStatus: answer.status,
      nativeType: refusal.nativeType,
      nativeCode: refusal.nativeCode,
      retryAfterMs: answer.retryAfterMs ?? refusal.retryAfterMs,
    });
  };

  return {
    name,
    dialect,
    baseUrl: endpoints.baseUrl,
    ask,
    async listModels(credential, signal) {
      if (endpoints.models === undefined) return [...(options.models ?? [])];
      const limit = AbortSignal.timeout(modelListMs);
      try {
        return await fetchModels(endpoints.models, credential, AbortSignal.any([signal, limit]));
      } catch (error) {
        if (!limit.aborted || signal.aborted) throw error;
        const what = `${name} (${endpoints.host}): no list of models within ${modelListMs / 1000} s. Check base_url.`;
        throw new GatewayError("upstream_timeout", what, { provider: name, cause: error });
      }
    },
    close: () => connections.close(),
  };
}

async function collect({ body }: UpstreamAnswer, provider: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await body.next();
    if (done === true) return Buffer.concat(chunks, length);
    chunks.push(value);
    length += value.length;
    if (length > modelListBytes) {
      await body.return?.();
      const what = `${provider}: the list of models is longer than ${modelListBytes / 1024 / 1024} MB. Check base_url.`;
      throw new GatewayError("upstream_malformed", what, { provider });
    }
  }
}
