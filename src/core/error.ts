/** A gRPC status code, by number (https://grpc.io/docs/guides/status-codes/). */
type GrpcCode = number;

interface CodeFacts {
  /** The HTTP status when the error is the gateway's own. */
  readonly http: number;
  readonly grpc: GrpcCode;
  /** Whether trying again, or elsewhere, can help. */
  readonly retryable: boolean;
}

/** Every way an exchange can fail. The vendors' words for these are in the dialects. */
const codes = {
  invalid_request: { http: 400, grpc: 3, retryable: false },
  missing_model: { http: 400, grpc: 3, retryable: false },
  unsupported_field: { http: 400, grpc: 3, retryable: false },
  context_length_exceeded: { http: 400, grpc: 3, retryable: false },
  content_filtered: { http: 400, grpc: 9, retryable: false },
  unauthenticated: { http: 401, grpc: 16, retryable: false },
  upstream_unauthenticated: { http: 401, grpc: 16, retryable: true },
  permission_denied: { http: 403, grpc: 7, retryable: false },
  model_not_found: { http: 404, grpc: 5, retryable: false },
  not_found: { http: 404, grpc: 5, retryable: false },
  method_not_allowed: { http: 405, grpc: 12, retryable: false },
  request_too_large: { http: 413, grpc: 8, retryable: false },
  unsupported_media_type: { http: 415, grpc: 3, retryable: false },
  rate_limited: { http: 429, grpc: 8, retryable: true },
  quota_exceeded: { http: 429, grpc: 8, retryable: true },
  cancelled: { http: 499, grpc: 1, retryable: false },
  internal: { http: 500, grpc: 13, retryable: false },
  not_supported: { http: 501, grpc: 12, retryable: false },
  upstream_error: { http: 502, grpc: 14, retryable: true },
  upstream_unreachable: { http: 502, grpc: 14, retryable: true },
  upstream_cut: { http: 502, grpc: 14, retryable: true },
  upstream_malformed: { http: 502, grpc: 13, retryable: true },
  unavailable: { http: 503, grpc: 14, retryable: true },
  upstream_overloaded: { http: 503, grpc: 14, retryable: true },
  deadline_exceeded: { http: 504, grpc: 4, retryable: false },
  upstream_timeout: { http: 504, grpc: 4, retryable: true },
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof codes;

export interface GatewayErrorDetails {
  /** The field at fault. */
  param?: string | undefined;
  provider?: string | undefined;
  /** The HTTP status the provider gave. */
  upstreamStatus?: number | undefined;
  /** The provider's own type and code, in its words. */
  nativeType?: string | undefined;
  nativeCode?: string | undefined;
  retryAfterMs?: number | undefined;
  /** Methods that a route does take, for method_not_allowed. */
  allow?: readonly string[] | undefined;
  cause?: unknown;
}

/** The one error type. Its message is for the person who made the call: what was wrong, where, what to do. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: ErrorCode;
  readonly param: string | undefined;
  readonly provider: string | undefined;
  readonly upstreamStatus: number | undefined;
  readonly nativeType: string | undefined;
  readonly nativeCode: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly allow: readonly string[] | undefined;

  constructor(code: ErrorCode, message: string, details: GatewayErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.param = details.param;
    this.provider = details.provider;
    this.upstreamStatus = details.upstreamStatus;
    this.nativeType = details.nativeType;
    this.nativeCode = details.nativeCode;
    this.retryAfterMs = details.retryAfterMs;
    this.allow = details.allow;
  }

  /** The HTTP status for the client: the provider's own where it gave one, so that SDKs react as they would to the vendor. */
  get status(): number {
    return this.upstreamStatus !== undefined && this.upstreamStatus >= 400
      ? this.upstreamStatus
      : codes[this.code].http;
  }

  get grpcCode(): GrpcCode {
    return codes[this.code].grpc;
  }

  get retryable(): boolean {
    return codes[this.code].retryable;
  }

  /**
   * Normalises whatever was thrown. An abort becomes the reason it was aborted for; anything unknown leaves as
   * "internal error", with the cause kept for the log.
   */
  static from(thrown: unknown): GatewayError {
    if (thrown instanceof GatewayError) return thrown;
    if (thrown instanceof Error && thrown.cause instanceof GatewayError) return thrown.cause;
    return new GatewayError(
      "internal",
      "Internal error in the gateway. The log has the cause under this request's id.",
      {
        cause: thrown,
      },
    );
  }
}
