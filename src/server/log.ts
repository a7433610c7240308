import { pino } from "pino";
import pretty from "pino-pretty";
import type { Log } from "../core/log.ts";

export interface LogOptions {
  readonly level: string;
  /** For people at a terminal rather than for machines. */
  readonly pretty: boolean;
  readonly write: (line: string) => void;
}

/** Fields that could hold a key, should one ever be logged by mistake. */
const secrets = ["authorization", "apiKey", "secret", "key", "keys", "headers", "body"];

/** JSON lines; on a terminal, lines for people. */
export function createLog({ level, pretty: isPretty, write }: LogOptions): Log {
  const redact = { paths: [...secrets, ...secrets.map((name) => `*.${name}`)], censor: "(hidden)" };
  const options = { level, redact, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` };
  const destination = { write };
  if (!isPretty) return pino(options, destination);
  const colored = pretty({ colorize: true, translateTime: "SYS:HH:MM:ss", ignore: "pid,hostname", sync: true });
  return pino({ level, redact, base: null }, colored);
}
