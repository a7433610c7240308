import { errors } from "undici";
import { GatewayError } from "../core/error.ts";

/** How far a call got before it failed. */
export type Phase = "connecting" | "waiting" | "answering";

/** Whom was called, and how long we wait. */
export interface Peer {
  readonly provider: string;
  /** Host and port, as in base_url. */
  readonly host: string;
  readonly timeouts: Timeouts;
}

/** In ms. */
export interface Timeouts {
  /** Until a connection stands, TLS included. */
  readonly connectMs: number;
  /** From the request being sent to the head of the answer. undefined: as long as the caller waits. */
  readonly firstByteMs: number | undefined;
  /** Between two pieces of the answer. */
  readonly idleMs: number;
}

/** Says of a call that did not get as far as it should within `ms` where it stood. */
export function timeoutFailure(phase: Phase, ms: number, { provider, host }: Peer): GatewayError {
  const what = `${provider} (${host}): ${timedOut(phase, ms < 1000 ? `${ms} ms` : `${ms / 1000} s`)}`;
  return new GatewayError("upstream_timeout", what, { provider });
}

function timedOut(phase: Phase, time: string): string {
  switch (phase) {
    case "connecting":
      return `no connection within ${time}. Check base_url, and whether a firewall or a proxy is in the way.`;
    case "waiting":
      return `no answer began within ${time}. Try again, or raise the provider's first byte timeout.`;
    case "answering":
      return `the answer stood still for ${time}. Try again, or raise the provider's idle timeout.`;
    default:
      return phase satisfies never;
  }
}

/** Says of a call that failed on the network what a person can do about it. Never holds a header or a body. */
export function networkFailure(thrown: unknown, phase: Phase, peer: Peer): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const { provider, host, timeouts } = peer;
  const code = errorCode(thrown);
  const isBroken = thrown instanceof errors.HTTPParserError;
  // undici keeps the bytes it could not read in the error. Those are an answer, and answers do not belong into a log.
  const cause = isBroken ? thrown.message : thrown;
  const fail = (as: "upstream_unreachable" | "upstream_cut" | "upstream_malformed", what: string) =>
    new GatewayError(as, `${provider} (${host}): ${what}`, { provider, cause });

  if (isBroken) {
    // No byte was wrong, the end came too early: undici gives such errors no code to tell them by.
    return "data" in thrown && thrown.data === ""
      ? fail("upstream_cut", "the connection ended in the middle of the answer. Try again.")
      : fail("upstream_malformed", "what answers there is no HTTP/1.1. Check base_url: host, port, http or https.");
  }
  switch (code) {
    case "UND_ERR_CONNECT_TIMEOUT":
      return timeoutFailure("connecting", timeouts.connectMs, peer);
    case "UND_ERR_RES_CONTENT_LENGTH_MISMATCH":
      return fail("upstream_cut", "the connection ended in the middle of the answer. Try again.");
    case "UND_ERR_HEADERS_OVERFLOW":
      return fail("upstream_malformed", "the head of the answer is too long to be one. Check base_url.");
  }
  switch (phase) {
    case "connecting":
      return fail("upstream_unreachable", connectFailure(code));
    case "waiting":
      return fail("upstream_cut", `the connection was closed before an answer came${inBrackets(code)}. Try again.`);
    case "answering":
      return fail("upstream_cut", `the connection ended in the middle of the answer${inBrackets(code)}. Try again.`);
    default:
      return phase satisfies never;
  }
}

/** Whether the peer closed the connection, rather than said something wrong or nothing. */
export function isClosedByPeer(thrown: unknown): boolean {
  const code = errorCode(thrown);
  return code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE";
}

function connectFailure(code: string): string {
  switch (code) {
    case "ECONNREFUSED":
      return "nothing listens there (connection refused). Check host and port in base_url, and that the server runs.";
    case "ENOTFOUND":
      return "there is no such host. Check base_url for a typing error.";
    case "EAI_AGAIN":
      return "the host's name cannot be looked up at the moment. Check this machine's network and DNS.";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EADDRNOTAVAIL":
      return `no way leads there from this machine (${code}). Check its network, and base_url.`;
    case "EPROTO":
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "ERR_SSL_PACKET_LENGTH_TOO_LONG":
      return "what listens there does not speak TLS. Check base_url: http instead of https, or another port?";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "its certificate is for another host. Check the host in base_url.";
    case "CERT_HAS_EXPIRED":
      return "its certificate has expired. Its owner has to renew it; check this machine's clock, too.";
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return `its certificate is not trusted (${code}). For an authority of your own, set NODE_EXTRA_CA_CERTS to its certificate's file.`;
    default:
      return `no connection${inBrackets(code)}. Check base_url, and this machine's network.`;
  }
}

/** Node's or undici's code of an error; of several attempts' errors the first one's. */
function errorCode(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "";
  if ("code" in thrown && typeof thrown.code === "string") return thrown.code;
  return thrown instanceof AggregateError ? errorCode(thrown.errors[0]) : "";
}

const inBrackets = (code: string): string => (code === "" || code === "UND_ERR_SOCKET" ? "" : ` (${code})`);
