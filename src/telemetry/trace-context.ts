import { randomFillSync } from "node:crypto";

/** A span's place in a trace, as W3C's "Trace Context" carries it from process to process. */
export interface TraceContext {
  /** 32 digits, hexadecimal, not all zero. */
  readonly traceId: string;
  /** 16 such digits. */
  readonly spanId: string;
  readonly sampled: boolean;
  /** Whether the trace's id is random, so that samplers may rely on it. */
  readonly random: boolean;
  /** The tracestate header, for whoever put something there; "": none. */
  readonly state: string;
}

const sampledFlag = 0x01;
const randomFlag = 0x02;

/**
 * What a client's headers say of the span that the call is made for. undefined: nothing, or nothing that can be read
 * ("Trace Context", sections 3.2 and 3.3; a later version is read as far as it looks like this one).
 */
export function parseTraceContext(traceparent: string | undefined, tracestate = ""): TraceContext | undefined {
  const [, version, traceId = "", spanId = "", flags = "", rest = ""] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(traceparent?.trim() ?? "") ?? [];
  if (version === undefined || version === "ff" || (version === "00" && rest !== "")) return undefined;
  if (isZero(traceId) || isZero(spanId)) return undefined;
  const bits = Number.parseInt(flags, 16);
  return {
    traceId,
    spanId,
    sampled: (bits & sampledFlag) !== 0,
    random: (bits & randomFlag) !== 0,
    state: readState(tracestate),
  };
}

/** The headers that tell the next process of a span. */
export function traceHeaders({ traceId, spanId, sampled, random, state }: TraceContext): Record<string, string> {
  const flags = (sampled ? sampledFlag : 0) | (random ? randomFlag : 0);
  const traceparent = `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, "0")}`;
  return state === "" ? { traceparent } : { traceparent, tracestate: state };
}

export interface TraceIds {
  traceId(): string;
  spanId(): string;
}

const poolBytes = 4096;

/** New ids, of random bytes that are had many at a time: asking for a few costs as much. */
export function createTraceIds(fill: (pool: Buffer) => void = randomFillSync): TraceIds {
  const pool = Buffer.alloc(poolBytes);
  let at = pool.length;
  const take = (bytes: number): string => {
    if (at + bytes > pool.length) {
      fill(pool);
      at = 0;
    }
    const id = pool.toString("hex", at, at + bytes);
    at += bytes;
    return isZero(id) ? take(bytes) : id;
  };
  return { traceId: () => take(16), spanId: () => take(8) };
}

const isZero = (id: string): boolean => /^0+$/.test(id);

const mostMembers = 32;
const memberForm = /^[a-z\d][a-z\d_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** A list that is not in order is left out as a whole: it says nothing that the trace needs. */
function readState(tracestate: string): string {
  const members = tracestate
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "");
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf("="))));
  const isSound =
    members.length <= mostMembers && keys.size === members.length && members.every((member) => memberForm.test(member));
  return isSound ? members.join(",") : "";
}
