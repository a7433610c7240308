import type { IncomingHttpHeaders } from "node:http";
import type { Exchange } from "../core/exchange.ts";
import { ExchangeMetrics } from "./exchange-metrics.ts";
import { chooseExposition } from "./exposition.ts";
import type { MetricFamily } from "./families.ts";
import { type GatewayState, gatewayGauges } from "./gateway-gauges.ts";
import { ModelNames } from "./model-names.ts";
import { ProcessMetrics, type ProcessUse } from "./process-metrics.ts";

export interface MetricsDeps extends GatewayState {
  readonly version: string;
  /** When the process started, in ms since 1970. */
  readonly startedAt: number;
  readonly processUse: ProcessUse;
}

/** A route in the facades' shape: what it needs of a request and a response. */
export type MetricsRoutes = {
  readonly "/metrics": { readonly GET: (request: ScrapeRequest, response: ScrapeResponse) => Promise<void> };
};

interface ScrapeRequest {
  readonly headers: IncomingHttpHeaders;
}

interface ScrapeResponse {
  writeHead(status: number, headers: Record<string, string | number>): unknown;
  end(body: Buffer): unknown;
}

export interface Metrics {
  /** Counts an exchange that is settled. */
  observe(exchange: Pick<Exchange, "row">): void;
  /** What a scraper reads. It tells models, providers and spending, so it is not for everybody. */
  readonly routes: MetricsRoutes;
}

/**
 * Prometheus metrics of the gateway. Exchanges are counted when they are over; all else is read when it is scraped.
 * Prometheus' own client for Node writes one format a registry, and takes "a|b", "c" and "a", "b|c" for one series.
 */
export function createMetrics(deps: MetricsDeps): Metrics {
  const exchanges = new ExchangeMetrics(new ModelNames(deps.routing));
  const machine = new ProcessMetrics(deps.processUse, deps.startedAt);
  const build: MetricFamily = {
    name: "causeway_build",
    type: "info",
    help: "Which Causeway this is.",
    samples: [{ ending: "_info", labels: [["version", deps.version]], value: 1 }],
  };
  return {
    observe({ row }) {
      if (row !== undefined) exchanges.count(row);
    },
    routes: {
      "/metrics": {
        async GET({ headers }, response) {
          const families = [build, ...exchanges.collect(), ...gatewayGauges(deps), ...(await machine.collect())];
          const { contentType, write } = chooseExposition(headers.accept);
          const body = Buffer.from(write(families));
          response.writeHead(200, { "content-type": contentType, "content-length": body.length, vary: "accept" });
          response.end(body);
        },
      },
    },
  };
}
