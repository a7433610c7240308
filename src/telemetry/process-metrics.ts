import { readdir } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { gauge, type MetricFamily } from "./families.ts";

/** What Node's `process` tells of itself. */
export interface ProcessUse {
  /** µs since the start. */
  cpuUsage(): { readonly user: number; readonly system: number };
  /** Bytes. */
  memoryUsage(): {
    readonly rss: number;
    readonly heapTotal: number;
    readonly heapUsed: number;
    readonly external: number;
  };
}

/** How often the event loop is looked at, in ms. */
const resolutionMs = 20;
const quantiles = [0.5, 0.9, 0.99, 1];

/**
 * The process and its event loop. The names that Prometheus' documentation gives in "Process metrics", and those of its
 * client for Node, so that dashboards made for these show this process, too.
 */
export class ProcessMetrics {
  readonly #use: ProcessUse;
  readonly #startedAt: number;
  #delay: ReturnType<typeof monitorEventLoopDelay> | undefined;

  /** `startedAt`: in ms since 1970. */
  constructor(use: ProcessUse, startedAt: number) {
    this.#use = use;
    this.#startedAt = startedAt;
  }

  async collect(): Promise<MetricFamily[]> {
    const { user, system } = this.#use.cpuUsage();
    const { rss, heapTotal, heapUsed, external } = this.#use.memoryUsage();
    const openFiles = await countOpenFiles();
    await sleep(0); // delays are noted by a timer: let it see the one that this scrape has waited for
    return [
      {
        name: "process_cpu_seconds",
        type: "counter",
        help: "Time of processors that the process has used.",
        samples: [{ ending: "_total", labels: [], value: (user + system) / 1e6 }],
      },
      gauge("process_resident_memory_bytes", "Memory that the process has.", [{ value: rss }]),
      gauge("process_start_time_seconds", "When the process started, in seconds since 1970.", [
        { value: this.#startedAt / 1000 },
      ]),
      gauge("process_open_fds", "Open files and sockets.", openFiles === undefined ? [] : [{ value: openFiles }]),
      gauge("nodejs_heap_size_total_bytes", "Memory that V8's heap has.", [{ value: heapTotal }]),
      gauge("nodejs_heap_size_used_bytes", "Memory of V8's heap that is in use.", [{ value: heapUsed }]),
      gauge("nodejs_external_memory_bytes", "Memory of buffers outside V8's heap.", [{ value: external }]),
      this.#eventLoopDelay(),
    ];
  }

  /** Watched from the first scrape on, since it wakes the process, and told of the time since the last one. */
  #eventLoopDelay(): MetricFamily {
    const delay = this.#delay;
    const samples =
      delay === undefined || delay.count === 0
        ? []
        : quantiles.map((quantile) => ({
            ending: "" as const,
            labels: [["quantile", Number.isInteger(quantile) ? `${quantile}.0` : String(quantile)]] as const,
            // what is measured is the time between two looks
            value: Math.max(0, delay.percentile(quantile * 100) / 1e9 - resolutionMs / 1000),
          }));
    delay?.reset();
    if (delay === undefined) {
      this.#delay = monitorEventLoopDelay({ resolution: resolutionMs });
      this.#delay.enable();
    }
    return {
      name: "causeway_event_loop_delay_seconds",
      type: "summary",
      help: "How late the event loop comes to what is due, since the last scrape.",
      samples,
    };
  }
}

/** undefined: this system does not tell. */
async function countOpenFiles(): Promise<number | undefined> {
  try {
    return (await readdir("/proc/self/fd")).length;
  } catch {
    return undefined;
  }
}
