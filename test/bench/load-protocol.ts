import * as z from "zod";
import { checkSchema } from "./check.ts";

const openSchema = z.object({
  kind: z.literal("open"),
  host: z.string(),
  port: z.number(),
  connections: z.number(),
  /** HTTP/1.1 requests, head and body. Both are answered with what `check` says. */
  warmUpRequest: z.string(),
  request: z.string(),
  check: checkSchema,
  /** How long the warm-up, and a slice beyond its time, may take before that counts as a failure. */
  limitMs: z.number(),
});

const goSchema = z.object({
  kind: z.literal("go"),
  /** No request begins later than this. */
  durationMs: z.number().optional(),
  /** No connection makes more requests than this. */
  requestsEach: z.number().optional(),
  /** The connections' first requests are spread over this time. */
  spreadMs: z.number(),
});

const percentilesSchema = z.object({ p50: z.number(), p99: z.number() });

const resultSchema = z.object({
  requests: z.number(),
  /** Of the answers' bodies. */
  bytes: z.number(),
  seconds: z.number(),
  /** From sending the request to the answer's last byte. */
  latencyMs: percentilesSchema,
  /** From sending the request to the first piece of the answer's text. */
  firstMs: percentilesSchema,
});

/** What the parent says to the load generator. */
export const loadCommandSchema = z.discriminatedUnion("kind", [
  openSchema,
  goSchema,
  z.object({ kind: z.literal("close") }),
]);

/** What the load generator says to the parent: one reply to each command. */
export const loadReplySchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready") }),
  z.object({ kind: z.literal("result"), result: resultSchema }),
  z.object({ kind: z.literal("closed") }),
  z.object({ kind: z.literal("failed"), message: z.string() }),
]);

export type OpenCommand = z.infer<typeof openSchema>;
export type GoCommand = z.infer<typeof goSchema>;
export type LoadCommand = z.infer<typeof loadCommandSchema>;
export type LoadReply = z.infer<typeof loadReplySchema>;
export type LoadResult = z.infer<typeof resultSchema>;
export type Percentiles = z.infer<typeof percentilesSchema>;
