import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** Reads what the system has booked for a process, all of its threads together. */
export interface ProcessUsage {
  /** Where the numbers come from, for the report. */
  readonly source: string;
  /** User and system time since its start, in µs. Resolution: 10 ms. */
  cpuMicros(pid: number): number;
  /** Resident memory, in bytes. */
  residentBytes(pid: number): number;
}

function procUsage(): ProcessUsage {
  const ticksASecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  return {
    source: "/proc",
    cpuMicros(pid) {
      // proc(5): the name, in parentheses, may have spaces; utime and stime are fields 14 and 15, the 12th and 13th after it.
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return ((Number(fields[11]) + Number(fields[12])) / ticksASecond) * 1e6;
    },
    residentBytes(pid) {
      const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
      return Number(kilobytes ?? 0) * 1024;
    },
  };
}

/** "[[days-]hours:]minutes:seconds[.hundredths]" in seconds. */
function readPsTime(text: string): number {
  const [days, clock] = text.includes("-") ? text.split("-") : ["0", text];
  const seconds = (clock ?? "").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number(days) * 86_400 + seconds;
}

function psUsage(): ProcessUsage {
  const ps = (field: string, pid: number) =>
    execFileSync("ps", ["-o", `${field}=`, "-p", String(pid)], { encoding: "utf8" }).trim();
  return {
    source: "ps",
    cpuMicros: (pid) => readPsTime(ps("cputime", pid)) * 1e6,
    residentBytes: (pid) => Number(ps("rss", pid)) * 1024,
  };
}

export function createProcessUsage(): ProcessUsage {
  return existsSync("/proc/self/stat") ? procUsage() : psUsage();
}
