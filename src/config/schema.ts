import * as z from "zod";
import { duration, isSendable, origin, size, text, textOf, unsendable } from "./fields.ts";
import { type ListenAddress, parseListen } from "./listen.ts";
import { outageFields } from "./outage.ts";
import { modelSchema, routingSchema } from "./plan-schema.ts";
import { priceSchema } from "./price-schema.ts";
import { providerSchema, timeoutsSchema } from "./provider-schema.ts";
import { retentionSchema } from "./retention.ts";

/**
 * What a configuration file may hold. Fields that are empty ("providers:" with all below it commented out) count as not
 * given.
 */

const listen = textOf<ListenAddress>(parseListen, "host:port, such as 127.0.0.1:4000, [::1]:4000 or :4000");

const keys = z.array(text.refine(isSendable, { error: unsendable })).transform((all) => [...new Set(all)]);

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export const bodyModes = ["full", "metadata", "off"] as const;

export const fileSchema = z.strictObject({
  listen: listen
    .nullish()
    .describe("Where to listen: host:port. :4000 listens on every interface. Default: 127.0.0.1:4000."),
  store: z
    .string()
    .nullish()
    .describe(
      "The ledger's store: sqlite: and a file, relative to the working directory, or postgres://user:password@host:5432/database. Default: sqlite:./causeway.db.",
    ),
  tls: z
    .strictObject({
      cert: z.string().min(1, { error: "is empty" }).describe("The certificate chain, a PEM file."),
      key: z.string().min(1, { error: "is empty" }).describe("Its private key, a PEM file."),
    })
    .nullish()
    .describe("Serve HTTPS. Files are relative to the working directory."),
  access: z
    .strictObject({
      keys: keys.nullish().describe("Who shows one of these is let in, and nobody else. CAUSEWAY_API_KEY adds one."),
    })
    .nullish()
    .describe("Who may call. Needed to listen on more than this machine."),
  cors: z
    .strictObject({ origins: z.array(origin).nullish().describe('Such as https://app.example, or "*" for all.') })
    .nullish()
    .describe("Web pages of these origins may call. Default: none."),
  limits: z
    .strictObject({ body: size.nullish().describe("The longest request body. Default: 32MB.") })
    .nullish()
    .describe("What is too large is refused."),
  timeouts: timeoutsSchema.nullish().describe("How long to wait. Times have a unit: 500ms, 30s, 10m, 1h."),
  streams: z
    .strictObject({
      keep_alive: duration
        .nullish()
        .describe("A stream that is silent for so long says that it is alive, in its client's language. Default: 15s."),
    })
    .nullish()
    .describe("Answers that come piece by piece."),
  shutdown: z
    .strictObject({
      grace: duration
        .nullish()
        .describe("How long running calls may take to end when the gateway stops. Default: 30s."),
    })
    .nullish()
    .describe("How to stop."),
  ledger: z
    .strictObject({
      bodies: z
        .enum(bodyModes)
        .nullish()
        .describe(
          "What to keep of requests and answers beside the row: full (all that was said), metadata (the request's settings, without what was said), off. Default: full.",
        ),
      body_limit: size.nullish().describe("Keep no more than this of each request and each answer. Default: 256KB."),
      ...outageFields,
      retention: retentionSchema.nullish().describe("What to remove when it is old. Default: nothing."),
    })
    .nullish()
    .describe("What the ledger keeps."),
  prices: z
    .array(priceSchema)
    .nullish()
    .describe("Prices that the catalogue does not know, or that you have agreed on."),
  log: z
    .strictObject({ level: z.enum(logLevels).nullish().describe("Default: info.") })
    .nullish()
    .describe("What to log."),
  providers: z
    .record(z.string(), providerSchema.nullable())
    .nullish()
    .describe("Whom to ask, by name. Those whose keys are in the environment are there without an entry."),
  models: z
    .record(z.string(), modelSchema)
    .nullish()
    .describe("Names of your own, without a slash: for one provider/model, for several, or for a plan."),
  routing: routingSchema.nullish().describe("What to do when a provider cannot serve."),
});

export type ConfigFile = z.output<typeof fileSchema>;
