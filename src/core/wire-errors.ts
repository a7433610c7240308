import { type ErrorCode, GatewayError } from "./error.ts";
import { fieldText } from "./extensions.ts";
import { isRecord, records, text } from "./wire-values.ts";

/** What a provider's HTTP status says of a failure, as far as nothing else does. */
export function codeOf(status: number): ErrorCode {
  switch (status) {
    case 401:
      return "upstream_unauthenticated";
    case 402:
      return "quota_exceeded";
    case 403:
      return "permission_denied";
    case 404:
      return "not_found";
    case 408:
    case 504:
    case 524: // of a proxy, to which the provider did not answer
      return "upstream_timeout";
    case 409: // two requests that met at the provider: its vendors' SDKs try again
    case 424: // the model failed
    case 425:
    case 499: // the provider thinks that we left
      return "upstream_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limited";
    case 498: // no capacity for a tier that gets what is left over
    case 503:
    case 529:
      return "upstream_overloaded";
    default:
      return status >= 400 && status < 500 ? "invalid_request" : "upstream_error";
  }
}

/** The status that a failure reported in an answer says it would have been, by its code. undefined: that is none. */
export function statusIn(code: unknown): number | undefined {
  const status = typeof code === "string" ? Number(code) : code;
  return typeof status === "number" && status >= 400 && status < 600 ? status : undefined;
}

/**
 * Reads whatever came with a status that is no success, by `read` if it is JSON. What is none is of somebody in between,
 * and told by its status alone.
 */
export function readBody(
  status: number,
  body: Buffer,
  read: (status: number, wire: unknown) => GatewayError,
): GatewayError {
  const said = body.toString("utf8");
  let wire: unknown;
  try {
    wire = JSON.parse(said);
  } catch {
    const start = said.slice(0, 300).toWellFormed().trim();
    const what = start === "" ? "an empty body" : start.startsWith("<") ? "a page of HTML" : `"${start}"`;
    return new GatewayError(codeOf(status), `The provider answered ${status} with ${what}.`, {
      upstreamStatus: status,
    });
  }
  return read(status, wire);
}

/**
 * A failure in the form that most of the field uses, {"error":{"message","type","param","code"}}, and in those of the
 * servers that stand in front of vendors. `body`: whatever came with a status that is not 2xx.
 */
export const readError = (status: number, body: Buffer): GatewayError => readBody(status, body, readErrorObject);

const word = (value: unknown): string | undefined =>
  (typeof value === "number" ? String(value) : text(value)) || undefined;

/**
 * Also takes the forms of compatible servers: {"error":"text"}, {"message"}, {"detail"}, [{"error":{…}}], "text". Those
 * that ask others have what the other said under "metadata": {"error_type","raw"}.
 */
export function readErrorObject(status: number, wire: unknown): GatewayError {
  const outer = Array.isArray(wire) ? wire[0] : wire;
  const top = isRecord(outer) ? outer : {};
  const error = isRecord(top.error) ? top.error : top;
  const metadata = isRecord(error.metadata) ? error.metadata : {};
  const inner = isRecord(error.innererror) ? error.innererror : {};
  const detail = word(top.detail) ?? (top.detail === undefined ? undefined : fieldText(top.detail));
  const message = word(error.message) ?? word(top.error) ?? word(top.message) ?? detail ?? word(outer);
  const raw = text(metadata.raw).slice(0, messageLength);
  const told = raw === "" ? message : `${message ?? "The provider asked another"}: ${raw}`;
  const nativeCode = word(error.code);
  const nativeType = word(error.type);
  const words = [nativeCode, nativeType, word(metadata.error_type), word(inner.code)];
  const named = words.map((native = "") => byNative.get(native)).find((code) => code !== undefined);
  const code = codeToldBy(told, named ?? codeOf(status));
  return new GatewayError(
    code === "rate_limited" && hasLastingQuota(error.details) ? "quota_exceeded" : code,
    told ?? `The provider answered ${status}.`,
    {
      upstreamStatus: status,
      param: word(error.param),
      nativeCode,
      nativeType,
      retryAfterMs: retryDelayOf(error.details),
    },
  );
}

/** The words that servers of the common form have for their failures, as a code or a type. */
const byNative: ReadonlyMap<string, ErrorCode> = new Map([
  ["context_length_exceeded", "context_length_exceeded"],
  ["exceed_context_size_error", "context_length_exceeded"],
  ["tokens_limit_reached", "context_length_exceeded"],
  ["content_filter", "content_filtered"],
  ["content_policy_violation", "content_filtered"],
  ["ResponsibleAIPolicyViolation", "content_filtered"],
  ["misalignment_policy_violation", "content_filtered"],
  ["bio_policy", "content_filtered"],
  ["data_inspection_failed", "content_filtered"],
  ["insufficient_quota", "quota_exceeded"],
  ["billing_hard_limit_reached", "quota_exceeded"],
  ["billing_not_active", "quota_exceeded"],
  ["billing_error", "quota_exceeded"],
  ["credit_balance_exhausted", "quota_exceeded"],
  ["exceeded_current_quota_error", "quota_exceeded"],
  ["insufficient_balance", "quota_exceeded"],
  ["payment_required", "quota_exceeded"],
  ["Arrearage", "quota_exceeded"],
  ["invalid_api_key", "upstream_unauthenticated"],
  ["wrong_api_key", "upstream_unauthenticated"],
  ["rate_limit_exceeded", "rate_limited"],
  ["rate_limit_error", "rate_limited"],
  ["model_not_found", "model_not_found"],
  ["DeploymentNotFound", "model_not_found"],
  ["model_decommissioned", "model_not_found"],
  ["model_not_supported", "model_not_found"],
  ["unknown_model", "model_not_found"],
  ["invalid_model", "model_not_found"],
  ["overloaded_error", "upstream_overloaded"],
  ["engine_overloaded_error", "upstream_overloaded"],
  ["provider_overloaded", "upstream_overloaded"],
  ["server_is_overloaded", "upstream_overloaded"],
  ["slow_down", "upstream_overloaded"],
  ["queue_exceeded", "upstream_overloaded"],
  ["capacity_exceeded", "upstream_overloaded"],
  ["timeout_error", "upstream_timeout"],
]);

/** A failure that only its message tells from others. */
interface Sign {
  readonly code: ErrorCode;
  /** Only with these can the message mean it: an error in a rate limit may speak of tokens, too. */
  readonly among: readonly ErrorCode[];
  readonly says: RegExp;
}

const oneOf = (...parts: readonly string[]): RegExp => new RegExp(parts.join("|"), "i");

/** The first that fits counts. Which server says what is in this function's tests. */
const signs: readonly Sign[] = [
  {
    code: "quota_exceeded",
    among: ["invalid_request", "upstream_unauthenticated", "permission_denied", "rate_limited", "upstream_error"],
    says: oneOf(
      "credit balance is too low",
      "insufficient (?:account )?(?:balance|credits?|funds|quota)",
      "used all available credits",
      "monthly spending limit",
      "reached your specified .{0,20}usage limits",
      "\\bkey limit exceeded",
    ),
  },
  {
    code: "upstream_unauthenticated",
    among: ["invalid_request", "permission_denied"],
    says: oneOf(
      "(?:incorrect|invalid|expired) (?:x-)?api[ -]key",
      "api[ -]key (?:is |was |has been )?(?:not valid|invalid|expired|revoked|disabled|suspended|reported as leaked)",
      "make sure your api key is valid",
      "security token included in the request",
      "organization has been disabled",
    ),
  },
  {
    code: "permission_denied",
    among: ["invalid_request"],
    says: oneOf("user location is not supported", "not available in your country"),
  },
  {
    code: "context_length_exceeded",
    among: ["invalid_request", "request_too_large", "permission_denied", "upstream_error"],
    says: oneOf(
      "(?:prompt|input) is too long",
      "exceeds? (?:the )?(?:available )?context (?:limit|window|size|length)",
      "context window exceeds limit",
      "(?:longer|greater|less) than the (?:model's )?context length",
      "maximum (?:context|prompt|input) length",
      "exceeds the maximum number of tokens",
      "reduce the length of the (?:messages|prompt|input)",
      "prompt tokens? (?:count of )?\\(?\\d+\\)? exceeds?",
      "exceeded model token limit",
      "prompt exceeds max length",
      "range of input length should be",
      "too many (?:input )?tokens",
      "tokens \\+ `?max_new_tokens`? must be",
      "`inputs` must have less than \\d+ tokens",
    ),
  },
  {
    code: "content_filtered",
    among: ["invalid_request", "permission_denied", "upstream_error"],
    says: oneOf(
      "content management policy",
      "blocked by (?:our )?content filter",
      "responsible ai (?:policy|practices)",
      "result of our safety system",
      "violat(?:es|ing) (?:our )?usage (?:policy|policies|guidelines)",
      "(?:input|prompt) was flagged",
      "contain inappropriate content",
    ),
  },
  {
    code: "model_not_found",
    among: ["not_found"],
    says: oneOf("\\b(?:models?|deployment)\\b", "no endpoints found for"),
  },
  {
    code: "model_not_found",
    among: ["invalid_request"],
    says: oneOf(
      "is not a valid model",
      "model not exist",
      "model identifier is invalid",
      "^(?:invalid|unknown) model\\b",
      "\\bmodel .{1,120} does not exist",
    ),
  },
  {
    code: "upstream_overloaded",
    among: ["upstream_error", "rate_limited"],
    says: oneOf("\\boverloaded\\b", "experiencing high (?:demand|traffic)"),
  },
  { code: "rate_limited", among: ["upstream_error"], says: oneOf("rate limit", "too many requests") },
];

/** Servers repeat what they were sent, and that is long, and says what it likes. */
const messageLength = 1000;

/**
 * What a failure's message says more exactly than `code`, which its status and its native words gave: most servers have
 * only one code for all requests that they refuse.
 */
export function codeToldBy(message: string | undefined, code: ErrorCode): ErrorCode {
  if (message === undefined) return code;
  const said = message.slice(0, messageLength);
  return signs.find(({ among, says }) => among.includes(code) && says.test(said))?.code ?? code;
}

/** How long RetryInfo asks to wait, in ms, of the details that AIP-193 gives an error ("17s", "3.019s"). */
export function retryDelayOf(details: unknown): number | undefined {
  for (const { retryDelay } of records(details)) {
    const [, seconds] = /^(\d{1,7}(?:\.\d{1,9})?)s$/.exec(text(retryDelay)) ?? [];
    // rounded first: 1.001 * 1000 is a little less than 1001
    if (seconds !== undefined) return Math.ceil(Number((Number(seconds) * 1000).toFixed(6)));
  }
  return undefined;
}

/**
 * Whether waiting a little does not help, by the QuotaFailure among the details that AIP-193 gives an error: a quota of a
 * day, or one of nothing, as some have that pay nothing.
 */
export const hasLastingQuota = (details: unknown): boolean =>
  records(details).some(({ violations }) =>
    records(violations).some(({ quotaId, quotaValue }) => /PerDay/.test(text(quotaId)) || quotaValue === "0"),
  );
