import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { AdminService } from "../gen/causeway/admin/v1/admin_pb.ts";
import { ChatService } from "../gen/causeway/chat/v1/service_pb.ts";
import { StatsService } from "../gen/causeway/stats/v1/stats_pb.ts";
import { Health } from "../gen/grpc/health/v1/health_pb.ts";
import { createAccess } from "./access/index.ts";
import { providerOf } from "./compose/imports.ts";
import { pricingOf } from "./compose/prices.ts";
import { createUpstream, dialects, presetOf } from "./compose/providers.ts";
import { readinessOf } from "./compose/readiness.ts";
import { type Config, needsRestart } from "./config/config.ts";
import type { Environment } from "./config/environment.ts";
import { systemClock } from "./core/clock.ts";
import { GatewayError } from "./core/error.ts";
import type { Exchange } from "./core/exchange.ts";
import type { RoutingAdmin } from "./core/health.ts";
import { createIds } from "./core/ids.ts";
import type { Log } from "./core/log.ts";
import { maskKey } from "./core/mask.ts";
import type { Access } from "./core/ports.ts";
import type { PlanSpec, Router } from "./core/routing.ts";
import { anthropic } from "./dialects/anthropic/index.ts";
import { cohere } from "./dialects/cohere/index.ts";
import { gemini } from "./dialects/gemini/index.ts";
import { openaiChat } from "./dialects/openai-chat/index.ts";
import { openaiCompletions } from "./dialects/openai-completions/index.ts";
import { openaiResponses } from "./dialects/openai-responses/index.ts";
import { anthropicFacade } from "./facades/anthropic/index.ts";
import { apantliFacade } from "./facades/apantli/index.ts";
import { causewayRoutes } from "./facades/causeway/index.ts";
import { cohereFacade } from "./facades/cohere/index.ts";
import { type DocsFolders, docsRoutes } from "./facades/docs/index.ts";
import { geminiFacade } from "./facades/gemini/index.ts";
import { createFacades } from "./facades/index.ts";
import { openaiFacade } from "./facades/openai/index.ts";
import { promptFacade } from "./facades/prompt/index.ts";
import { rotatorFacade } from "./facades/rotator/index.ts";
import { createGateway, type GatewaySettings } from "./gateway/index.ts";
import { createLedger, createLedgerAudit, type OutageOptions } from "./ledger/index.ts";
import { createTokenCounter } from "./pricing/tokens.ts";
import { type Affinity, createAffinity } from "./routing/affinity.ts";
import { createHealth } from "./routing/health/index.ts";
import type { Health as ProviderHealth } from "./routing/health/types.ts";
import { createRouter, type RoutedProvider } from "./routing/index.ts";
import { createHealthKeeper } from "./routing/keeper.ts";
import { createHandler } from "./server/adapter.ts";
import { createListener } from "./server/listener.ts";
import { type ConfigFault, createAdminService, type GatewayStatus, type ReloadOutcome } from "./services/admin.ts";
import { createChatService } from "./services/chat.ts";
import { createHealthService } from "./services/health.ts";
import { createReflection } from "./services/reflection.ts";
import { createStatsService } from "./services/stats.ts";
import { type TargetTest, type TestRequest, testTarget } from "./services/test-target.ts";
import { createMetrics } from "./telemetry/metrics.ts";
import type { ProcessUse } from "./telemetry/process-metrics.ts";
import { createTracing } from "./telemetry/tracing.ts";

/** A store, to be looked after from outside of a gateway. */
export const openLedgerAudit = (store: Config["store"]) => createLedgerAudit({ store, clock: systemClock });

const docsFolders: DocsFolders = {
  documents: new URL("../openapi/", import.meta.url),
  viewer: new URL(".", import.meta.resolve("swagger-ui-dist/package.json")),
  page: new URL("./facades/docs/page/", import.meta.url),
};

/** What a configuration comes to. A reload makes a new one; exchanges that run go on with the old one. */
interface Runtime {
  readonly config: Config;
  readonly loadedAt: number;
  readonly access: Access;
  readonly router: Router & { readonly admin: RoutingAdmin };
  readonly providers: readonly RoutedProvider[];
  readonly settings: GatewaySettings;
}

export interface AppOptions {
  readonly config: Config;
  /** The configuration's file and what is wrong with it, for the status; and how to read it anew. */
  readonly source: {
    readonly path: () => string | undefined;
    readonly problems: () => readonly ConfigFault[];
    readonly check: (yaml: string | undefined) => Promise<readonly ConfigFault[]>;
    /** Reads the file; gives it to `App.apply` when it is sound. */
    readonly reload: () => Promise<ReloadOutcome>;
  };
  readonly version: string;
  readonly log: Log;
  /** The process' own, of which OpenTelemetry's SDK reads its part itself. */
  readonly env: Environment;
  readonly processUse: ProcessUse;
}

export interface App {
  /** Opens the store, then listens. Rejects with an Error that says what to do. Resolves with the URL. */
  start(): Promise<string>;
  /** Puts another configuration in force. Settings that need a restart stay as they are. */
  apply(config: Config): { readonly changed: boolean; readonly needsRestart: readonly string[] };
  status(): GatewayStatus;
  /** Stops taking calls, lets those that run finish, closes the store. Resolves with whether all finished in time. */
  stop(): Promise<boolean>;
}

/** Everything a gateway is made of, wired by hand. Nothing runs before `start`. */
export async function createApp({ config: first, source, version, log, env, processUse }: AppOptions): Promise<App> {
  const clock = systemClock;
  const startedAt = clock.now();
  const newId = createIds(clock.now);
  const tokens = createTokenCounter();
  const shutdown = new AbortController();
  const providerHealth = createHealth({ clock, random: Math.random });
  const affinity = createAffinity(clock, () => runtime.config.routing.affinityMs);
  const lasting = { health: providerHealth, affinity, version };
  let runtime = createRuntime(first, lasting);
  let serving = false;

  const ledger = createLedger({
    store: first.store,
    clock,
    outage: outageOf(first, () => runtime.config, log),
    upkeep: { retention: () => runtime.config.ledger.retention, log },
  });
  const keeper = createHealthKeeper({
    health: providerHealth,
    store: ledger.state,
    onError: (err) => log.error({ err }, "the state of providers and credentials could not be stored"),
  });
  const routing = (): RoutingAdmin => runtime.router.admin;
  const metrics = createMetrics({
    version,
    startedAt,
    processUse,
    routing,
    store: () => ledger.status(),
    inFlight: () => gateway.inFlight,
  });
  const tracing = createTracing({ env, version, log, routing, providerName: telemetryNameOf });
  const gateway = createGateway({
    settings: () => runtime.settings,
    ledger,
    tokens,
    clock,
    newId,
    onUnsettled: ({ id }, err) => log.error({ id, err }, "a row of the ledger could not be written"),
    onSettled: (exchange) => {
      logExchange(log, exchange);
      metrics.observe(exchange);
      tracing?.observe(exchange);
    },
    traceHeaders: tracing?.headers,
  });

  function telemetryNameOf(name: string): string {
    const provider = runtime.config.providers.find((one) => one.name === name);
    return (provider && presetOf(provider).telemetryName) ?? name;
  }

  function status(): GatewayStatus {
    const { config, loadedAt, providers } = runtime;
    return {
      version,
      startedAt,
      providers: providers.map(({ upstream, spec }) => ({
        name: upstream.name,
        dialect: upstream.tongues[0]?.dialect.name ?? "",
        baseUrl: upstream.baseUrl,
        credentials: spec.credentials.map(({ secret }) => maskKey(secret)),
      })),
      aliases: Object.entries(config.plans).map(aliasOf),
      store: ledger.status(),
      configPath: source.path(),
      configLoadedAt: loadedAt,
      configProblems: source.problems(),
      inFlight: gateway.inFlight,
    };
  }

  const services = [ChatService, StatsService, AdminService];
  const health = createHealthService(services);
  const reflection = createReflection([...services, Health]);
  const listModels = (signal: AbortSignal) => runtime.router.listModels(signal);
  const pricing = () => runtime.settings.pricing;
  const providers = () => runtime.providers.map(({ upstream }) => upstream.name);
  const facing = { gateway, listModels, bodyLimit: first.limits.bodyBytes, keepAliveMs: first.streams.keepAliveMs };
  const handler = createHandler({
    routes(router) {
      router.service(ChatService, createChatService({ gateway, listModels, pricing }));
      router.service(StatsService, createStatsService({ ledger, clock }));
      const { check, reload } = source;
      const test = (asked: TestRequest): Promise<TargetTest> => testTarget(gateway, asked);
      router.service(AdminService, createAdminService({ now: clock.now, status, reload, check, routing, test }));
      router.service(Health, health.service);
      reflection(router);
    },
    open: [Health],
    authenticate: (key) => runtime.access.check(key),
    fallback: createFacades({
      access: () => runtime.access,
      open: {
        ...causewayRoutes({ readiness: () => readinessOf(serving, ledger.status()) }),
        ...docsRoutes(docsFolders),
      },
      facades: [
        { routes: metrics.routes, errors: openaiChat, owns: (_request, path) => path in metrics.routes },
        anthropicFacade({ ...facing, dialect: anthropic }),
        geminiFacade({ ...facing, dialect: gemini }),
        cohereFacade({ ...facing, dialect: cohere }),
        apantliFacade({ ledger, clock, chat: openaiChat, dialectNamed: (name) => dialects[name] }),
        rotatorFacade({
          ...facing,
          chat: openaiChat,
          providers,
          providerOf,
          routing,
          pricing,
          ledger,
          reload: source.reload,
          clock,
        }),
        promptFacade({ ...facing, chat: openaiChat, providers }),
        openaiFacade({
          ...facing,
          pricing,
          chat: openaiChat,
          completions: openaiCompletions,
          responses: openaiResponses,
          answers: {
            findAnswer: ledger.findAnswer,
            forgetAnswer: ledger.forgetAnswer,
            dialectNamed: (name) => dialects[name],
          },
        }),
      ],
      onFault: (error, request) => {
        log.error(
          { err: error.cause, requestId: request.headers["x-request-id"] },
          "a request failed inside the gateway",
        );
      },
    }),
    cors: first.cors,
    limits: { bodyBytes: first.limits.bodyBytes },
    newRequestId: newId,
    shutdownSignal: shutdown.signal,
    log,
  });
  const listener = createListener({
    handler,
    host: first.listen.host,
    port: first.listen.port,
    tls: first.tls && { cert: await readFile(first.tls.cert), key: await readFile(first.tls.key) },
    onForce() {
      const reason = new GatewayError("unavailable", "The gateway is shutting down. Try again.");
      gateway.abort(reason);
      shutdown.abort(reason);
    },
    log,
  });

  async function release(): Promise<void> {
    await tracing?.stop();
    await Promise.all(runtime.providers.map(({ upstream }) => upstream.close()));
    await keeper.stop();
    await ledger.close();
  }

  return {
    async start() {
      await ledger.start();
      try {
        await keeper.start();
        await tracing?.start();
        await listener.start();
      } catch (error) {
        await release(); // else its threads would keep the process, which has told why it cannot serve
        throw error;
      }
      serving = true;
      return listener.url;
    },
    apply(config) {
      const old = runtime;
      if (isDeepStrictEqual(config, old.config)) return { changed: false, needsRestart: [] };
      runtime = createRuntime(config, lasting);
      for (const { upstream } of old.providers) void upstream.close();
      void ledger.retain();
      return { changed: true, needsRestart: needsRestart(first, config) };
    },
    status,
    async stop() {
      serving = false;
      health.stop();
      const inTime = await listener.shutdown(first.shutdown.graceMs);
      await gateway.idle();
      await release();
      return inTime;
    },
  };
}

/** What outlives a reload. */
interface Lasting {
  readonly health: ProviderHealth;
  readonly affinity: Affinity;
  readonly version: string;
}

function createRuntime(config: Config, { health, affinity, version }: Lasting): Runtime {
  const clock = systemClock;
  const providers = config.providers.map((provider): RoutedProvider => {
    const preset = presetOf(provider);
    return {
      upstream: createUpstream(provider, preset, version),
      spec: provider,
      modelPrefixes: preset.modelPrefixes,
    };
  });
  const pricing = pricingOf(config, clock);
  health.configure(new Map(config.providers.map((provider) => [provider.name, provider])), config.routing.breaker);
  const router = createRouter({
    providers,
    plans: config.plans,
    settings: config.routing,
    health,
    affinity,
    pricing,
    clock,
    random: Math.random,
  });
  const bodies = { mode: config.ledger.bodies, limit: config.ledger.bodyLimitBytes };
  return {
    config,
    loadedAt: clock.now(),
    access: createAccess(config.access.keys),
    router,
    providers,
    settings: { router, pricing, bodies, deadlineMs: config.timeouts.requestMs },
  };
}

const aliasOf = ([name, plan]: [string, PlanSpec]): GatewayStatus["aliases"][number] => {
  const targets = [...plan.targets, ...plan.when.flatMap(({ use }) => use)];
  return {
    name,
    strategy: plan.strategy,
    targets: [...new Set(targets.map(({ provider, model }) => `${provider}/${model}`))],
  };
};

/** undefined: there is nowhere to wait for what is not written at once. */
function outageOf(first: Config, current: () => Config, log: Log): OutageOptions | undefined {
  const { journal, commitTimeoutMs } = first.ledger;
  return journal && { journal, commitTimeoutMs, onFailure: () => current().ledger.onFailure, log };
}

/** A line an exchange. What people wrote is not in it. */
function logExchange(log: Log, { id, call, target, status, error, usage, firstTokenAfter }: Exchange): void {
  const fields = {
    id,
    requestId: call.clientRequestId,
    facade: call.facade,
    model: call.model,
    provider: target?.upstream.name,
    stream: call.stream,
    status,
    error: error?.code,
    inputTokens: usage?.inputTokens,
    outputTokens: usage?.outputTokens,
    firstTokenMs: firstTokenAfter === undefined ? undefined : Math.round(firstTokenAfter / 1000),
  };
  if (status === "error") log.warn({ ...fields, message: error?.message }, "exchange failed");
  else log.info(fields, "exchange");
}
