import { once } from "node:events";
import type { DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { type Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/grpc/health/v1/health_pb.ts";

export interface HealthService {
  readonly service: ServiceImpl<typeof Health>;
  /** Says that nothing is served any more, and ends what watches: a shutdown waits for calls that run. */
  stop(): void;
}

/** gRPC's health protocol for these services, and "" for the gateway as a whole: all serve until `stop`. */
export function createHealthService(services: readonly DescService[]): HealthService {
  const names = ["", ...services.map((service) => service.typeName)];
  const stopping = new AbortController();
  const status = (): Status => (stopping.signal.aborted ? Status.NOT_SERVING : Status.SERVING);
  return {
    service: {
      check({ service }) {
        if (names.includes(service)) return { status: status() };
        const known = names.slice(1).join(", ");
        throw new ConnectError(`There is no service '${service}'. There are: ${known}.`, Code.NotFound);
      },
      async *watch({ service }, context) {
        const known = names.includes(service);
        yield { status: known ? status() : Status.SERVICE_UNKNOWN };
        const ended = AbortSignal.any([stopping.signal, context.signal]);
        if (!ended.aborted) await once(ended, "abort");
        if (known && !context.signal.aborted) yield { status: status() };
      },
      list: () => ({ statuses: Object.fromEntries(names.map((name) => [name, { status: status() }])) }),
    },
    stop() {
      stopping.abort();
    },
  };
}
