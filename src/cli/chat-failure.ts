import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorDetailSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { CliError } from "./io.ts";

/** What it says in the system's words that nobody is there. */
const nobody = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"]);

/** What went wrong with a call, for the person who made it. */
export function chatFailure(thrown: unknown, url: string): CliError {
  const error = ConnectError.from(thrown);
  const reasons = causesOf(thrown);
  if (reasons.some((code) => nobody.has(code))) {
    return new CliError(`no gateway answers at ${url}: start one with 'npm start'`);
  }
  const [detail] = error.findDetails(ErrorDetailSchema);
  const said = detail?.message || error.rawMessage;
  const requestId = detail?.requestId ? `\nrequest ${detail.requestId}` : "";
  if (error.code === Code.Unauthenticated) {
    return new CliError(`${said}\nGive the gateway's key with --key, or set CAUSEWAY_API_KEY.${requestId}`);
  }
  if (detail !== undefined) return new CliError(said + requestId);
  if (isForeign(error)) return new CliError(`what answers at ${url} is no Causeway gateway (${said}): check --url`);
  const why = reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
  return new CliError(`${url}: ${said}${why}`);
}

/** Answers that are not in the protocol at all: of another server, or another path. */
function isForeign({ code, rawMessage }: ConnectError): boolean {
  return code === Code.Unimplemented || /^HTTP \d|content type/i.test(rawMessage);
}

/** The system's codes in an error and its causes, such as "ECONNREFUSED". */
function causesOf(thrown: unknown): string[] {
  const codes: string[] = [];
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    if ("code" in error && typeof error.code === "string") codes.push(error.code);
    if (error instanceof AggregateError) codes.push(...error.errors.flatMap(causesOf));
  }
  return [...new Set(codes)];
}
