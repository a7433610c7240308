import type { components } from "../../../gen/openapi/causeway.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import { invalidRequest } from "../../core/invalid-request.ts";
import { WireObject } from "../../core/wire-object.ts";
import { readJsonBody, sendJson, whenGone } from "../http.ts";
import { notAmong } from "../not-among.ts";
import { Query } from "../query.ts";
import type { RouteHandler } from "../routes.ts";
import type { RotatorFacadeDeps } from "./index.ts";
import { describeQuota } from "./quota.ts";

type Schemas = components["schemas"];
type RefreshResult = Schemas["RefreshResult"];
type Action = Pick<RefreshResult, "action" | "scope" | "provider" | "credential">;

/** The credentials of all providers, or of one. */
export function quotaStats(deps: RotatorFacadeDeps): RouteHandler {
  return async (request, response) => {
    const provider = new Query(request).text("provider") ?? null;
    await sendJson(request, response, await quotaOf(deps, provider, "cache"));
  };
}

/** The same after something was done for it. */
export function refreshedQuotaStats(deps: RotatorFacadeDeps): RouteHandler {
  return async (request, response) => {
    const body = await readJsonBody(request, deps.bodyLimit);
    const asked = refuseBroken(() => readAction(new WireObject(body.value(), "")));
    const begun = deps.clock.now();
    const { errors, message } =
      asked.action === "reload" ? await reload(asked, deps) : await refresh(asked, deps, whenGone(response));
    const refresh_result: RefreshResult = {
      ...asked,
      success: errors.length === 0,
      message,
      errors,
      duration_ms: Math.max(0, deps.clock.now() - begun),
    };
    // a configuration that was read anew may not have it any more, and one with faults may be to bring it
    const provider = asked.provider !== null && deps.providers().includes(asked.provider) ? asked.provider : null;
    await sendJson(request, response, { ...(await quotaOf(deps, provider, "refreshed")), refresh_result });
  };
}

async function quotaOf(
  { providers, routing, ledger, clock }: RotatorFacadeDeps,
  provider: string | null,
  data_source: Schemas["QuotaStats"]["data_source"],
): Promise<Schemas["QuotaStats"]> {
  const names = providers();
  if (provider !== null && !names.includes(provider)) throw notAmong("provider", provider, names);
  const [{ byProvider }, credentials] = await Promise.all([ledger.summary({}), ledger.uses()]);
  const use = { providers: byProvider, credentials };
  return { ...describeQuota(provider === null ? names : [provider], routing(), use, clock.now()), data_source };
}

/** Throws GatewayError "invalid_request". */
function readAction(wire: WireObject): Action {
  const action = wire.oneOf("action", ["reload", "force_refresh"]) ?? "reload";
  const scope = wire.oneOf("scope", ["all", "provider", "credential"]) ?? "all";
  const provider = wire.string("provider") || null;
  const credential = wire.string("credential") || null;
  if (scope !== "all" && provider === null) {
    throw invalidRequest("provider", `'provider' is missing: say whose, since the scope is '${scope}'.`);
  }
  if (scope === "credential" && credential === null) {
    throw invalidRequest("credential", "'credential' is missing: say which, by its name or its masked key.");
  }
  return { action, scope, provider, credential };
}

interface NamedCredential {
  readonly provider: string;
  readonly name: string;
}

/** Those in an action's scope. Throws GatewayError "not_found". */
function credentialsOf({ scope, provider, credential }: Action, deps: RotatorFacadeDeps): NamedCredential[] {
  const all = deps.routing().credentials();
  if (provider !== null && !deps.providers().includes(provider)) throw notAmong("provider", provider, deps.providers());
  if (scope === "all" || provider === null) return [...all];
  const its = all.filter((one) => one.provider === provider);
  if (scope === "provider") return its;
  const named = its.filter(({ name }) => name === credential);
  const found = named.length > 0 ? named : its.filter(({ masked }) => masked === credential);
  if (found.length > 0) return found;
  const names = its.map(({ name }) => name);
  throw notAmong("credential", credential ?? "", names);
}

function isThere(asked: Action, deps: RotatorFacadeDeps): boolean {
  try {
    credentialsOf(asked, deps);
    return true;
  } catch {
    return false;
  }
}

/** What went wrong, and what is to be said. */
interface Result {
  readonly errors: string[];
  readonly message: string;
}

/** Throws GatewayError "not_found" for what the configuration has neither before nor then: it may be what was added to it. */
async function reload(asked: Action, deps: RotatorFacadeDeps): Promise<Result> {
  const wasThere = isThere(asked, deps);
  const { problems } = await deps.reload();
  const errors = problems.map(({ line, path, message }) =>
    [line === 0 ? "" : `line ${line}: `, path === "" ? "" : `${path}: `, message].join(""),
  );
  const isDone = errors.length === 0;
  if (isDone && !wasThere) credentialsOf(asked, deps);
  const message = isDone
    ? "The configuration is in force as it is now."
    : "The configuration has faults: the old one stays.";
  return { errors, message };
}

/** Says which lists of models could not be had. Throws GatewayError "not_found" before anything is done. */
async function refresh(asked: Action, deps: RotatorFacadeDeps, signal: AbortSignal): Promise<Result> {
  const { routing, providers } = deps;
  const credentials = credentialsOf(asked, deps);
  const listed = asked.scope === "all" || asked.provider === null ? providers() : [asked.provider];
  for (const { provider, name } of credentials) routing().setCredential(provider, name, "clear");
  await routing().refreshModels(listed, signal);
  const errors = listed.flatMap((name) => {
    const { error } = routing().models(name);
    return error === undefined ? [] : [`${name}: ${error.message}`];
  });
  const count = credentials.length;
  const ended = `The cooldowns of ${count} ${count === 1 ? "credential is" : "credentials are"} ended`;
  const isDone = errors.length === 0;
  return {
    errors,
    message: isDone ? `${ended}, and models are listed anew.` : `${ended}; not all models could be listed.`,
  };
}
