import type { Clock } from "../core/clock.ts";
import type { Dialect } from "../core/dialect.ts";
import { GatewayError } from "../core/error.ts";
import type { Credential, Operation, Tongue, Upstream, UpstreamAnswer, UpstreamRequest } from "../core/ports.ts";
import { type Endpoints, resolveEndpoints, type TonguePaths } from "./base-url.ts";
import { Call } from "./call.ts";
import { createConnections } from "./connections.ts";
import type { Peer, Timeouts } from "./failures.ts";
import { withoutAwsFraming } from "./framing.ts";
import { type ModelListForm, readModelList } from "./model-list.ts";
import { createRequestAuth, type RequestAuth } from "./request-auth.ts";
import { createRequestHeaders, type SyncAuth, withPassed } from "./request-headers.ts";
import { compilePath, type RequestPath } from "./request-path.ts";
import type { PresetTongue } from "./tongues.ts";

export interface HttpUpstreamOptions {
  /** The provider's name, for messages and the ledger. */
  readonly name: string;
  /** What it is spoken to in. The first is its own. */
  readonly tongues: readonly SpokenTongue[];
  /** What the vendor's own SDK takes as base URL; see `resolveEndpoints` for what people may paste. */
  readonly baseUrl: string;
  /** As in `EndpointRules`. */
  readonly basePath?: string | undefined;
  readonly otherPaths?: readonly string[] | undefined;
  /** Sent with each request; they win over the gateway's own of the same name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** undefined: the vendor has no list of its models. */
  readonly modelList?: ModelListRequest | undefined;
  /** Models of a vendor that has no list. */
  readonly models?: readonly string[] | undefined;
  /** By default, the first byte of a stream may take 60 s, and that of a whole answer as long as the caller waits. */
  readonly timeouts?: Partial<Timeouts> | undefined;
  readonly userAgent: string;
  readonly clock: Clock;
}

export type SpokenTongue = Omit<PresetTongue, "dialect"> & { readonly dialect: Dialect };

export interface ModelListRequest extends ModelListForm {
  /** Below the base URL, beginning with a slash. */
  readonly path: string;
  /** Default: "bearer". */
  readonly auth?: SyncAuth;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How requests in one tongue are sent. */
interface Way {
  readonly chat: RequestPath;
  readonly stream: RequestPath;
  readonly embeddings: RequestPath | undefined;
  readonly count: RequestPath | undefined;
  readonly auth: RequestAuth;
  readonly passHeaders: readonly string[] | undefined;
  readonly framing: PresetTongue["framing"];
}

const defaultTimeouts: Timeouts = { connectMs: 10_000, firstByteMs: undefined, idleMs: 300_000 };
/** A stream's head comes before the model has thought, a whole answer's only when it is done. */
const streamFirstByteMs = 60_000;

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
  const { name, clock, tongues: spoken, modelList } = options;
  const { basePath, otherPaths } = options;
  const rules = { tongues: spoken.map(({ paths }) => paths), models: modelList?.path, basePath, otherPaths };
  const endpoints = resolveEndpoints(name, options.baseUrl, rules);
  const timeouts: Timeouts = {
    connectMs: options.timeouts?.connectMs ?? defaultTimeouts.connectMs,
    firstByteMs: options.timeouts?.firstByteMs ?? defaultTimeouts.firstByteMs,
    idleMs: options.timeouts?.idleMs ?? defaultTimeouts.idleMs,
  };
  const whole: Peer = { provider: name, host: endpoints.host, timeouts };
  const streaming = { ...whole, timeouts: { ...timeouts, firstByteMs: timeouts.firstByteMs ?? streamFirstByteMs } };
  const connections = createConnections(endpoints.origin, timeouts.connectMs);
  const common = { "user-agent": options.userAgent, "accept-encoding": "identity" };

  const ways = createWays(options, endpoints, common);

  const ask = async (request: UpstreamRequest): Promise<UpstreamAnswer> => {
    const { tongue, signal, clientHeaders } = request;
    signal.throwIfAborted();
    const way = ways.get(tongue);
    if (way === undefined) throw new TypeError(`${name} was asked in a tongue that is not its own`);
    const path = pathOf(way, request, name);
    let headers = way.auth(request, path);
    if (headers instanceof Promise) {
      headers = await headers;
      signal.throwIfAborted();
    }
    if (way.passHeaders !== undefined && clientHeaders !== undefined) {
      headers = withPassed(headers, way.passHeaders, clientHeaders);
    }
    const { body, traceHeaders } = request;
    if (traceHeaders !== undefined) headers = [...headers, ...Object.entries(traceHeaders).flat()];
    const options = { method: "POST", path, headers, body, blocking: false } as const;
    const peer = request.stream ? streaming : whole;
    const answer = new Call(connections.take(), options, peer, clock, signal).start();
    return way.framing === undefined ? answer : withoutAwsFraming(await answer);
  };

  const listHeaders = createRequestHeaders(
    name,
    modelList?.auth ?? "bearer",
    { accept: "application/json", ...common },
    { ...modelList?.headers, ...options.headers },
  );
  const fetchModels = async (path: string, credential: Credential | undefined, signal: AbortSignal) => {
    signal.throwIfAborted();
    const request = { method: "GET", path, headers: listHeaders(credential) } as const;
    const answer = await new Call(connections.take(), request, whole, clock, signal).start();
    const body = await collect(answer, name);
    if (answer.status === 200) return readModelList(body, modelList ?? {}, name);
    throw listRefused(answer, body, name, spoken[0]?.dialect);
  };

  return {
    name,
    tongues: [...ways.keys()],
    baseUrl: endpoints.baseUrl,
    ask,
    async listModels(credential, signal) {
      if (endpoints.models === undefined) return (options.models ?? []).map((model) => ({ name: model }));
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

/** The tongues, each with how it is spoken. */
function createWays(
  { name, tongues, headers, clock }: HttpUpstreamOptions,
  endpoints: Endpoints,
  common: Readonly<Record<string, string>>,
): ReadonlyMap<Tongue, Way> {
  const ways = new Map<Tongue, Way>();
  tongues.forEach(({ dialect, variant, paths: below, collection, auth, passHeaders, framing, ...own }, i) => {
    const paths = endpoints.tongues[i] ?? below;
    const compile = (path: string): RequestPath => compilePath(name, path, collection);
    ways.set(
      { dialect, variant, operations: operationsOf(dialect, paths) },
      {
        chat: compile(paths.chat),
        stream: compile(paths.stream ?? paths.chat),
        embeddings: paths.embeddings === undefined ? undefined : compile(paths.embeddings),
        count: paths.count === undefined ? undefined : compile(paths.count),
        auth: createRequestAuth({
          provider: name,
          host: endpoints.host,
          auth,
          common: { "content-type": "application/json", accept: "application/json, text/event-stream", ...common },
          extra: { ...own.headers, ...headers },
          clock,
        }),
        passHeaders,
        framing,
      },
    );
  });
  return ways;
}

function operationsOf(dialect: Dialect, { embeddings, count }: TonguePaths): ReadonlySet<Operation> {
  const operations = new Set<Operation>(["chat"]);
  if (embeddings !== undefined && dialect.embeddings !== undefined) operations.add("embeddings");
  if (count !== undefined && dialect.counting !== undefined) operations.add("count");
  return operations;
}

function pathOf(way: Way, { operation, stream, model }: UpstreamRequest, provider: string): string {
  const path = operation === "chat" ? (stream ? way.stream : way.chat) : way[operation];
  if (typeof path === "string") return path;
  if (path !== undefined) return path(model);
  const what = operation === "count" ? "counting of tokens" : operation;
  throw new GatewayError("not_supported", `${provider} has no ${what} in this dialect. Ask another provider.`, {
    provider,
  });
}

function listRefused(
  { status, retryAfterMs }: UpstreamAnswer,
  body: Buffer,
  provider: string,
  dialect: Dialect | undefined,
): GatewayError {
  const refusal = dialect?.error.read(status, body);
  return new GatewayError(
    refusal?.code ?? "upstream_error",
    `${provider} does not list its models: ${refusal?.message ?? `status ${status}`}`,
    {
      provider,
      upstreamStatus: status,
      nativeType: refusal?.nativeType,
      nativeCode: refusal?.nativeCode,
      retryAfterMs: retryAfterMs ?? refusal?.retryAfterMs,
    },
  );
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
