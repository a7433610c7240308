import * as z from "zod";
import type { Condition, ConditionalTargets, PlanSpec, TargetSpec } from "../core/routing.ts";
import { describeCondition, implies, readCondition } from "./conditions.ts";
import { settings } from "./fields.ts";
import { didYouMean } from "./nearest.ts";
import { readParams } from "./params.ts";
import { conditionalShape, planShape, targetShape } from "./plan-schema.ts";
import { type SettingPath, showName } from "./problem.ts";
import type { ResolvedProviders } from "./providers.ts";
import type { Report } from "./report.ts";
import { type GeneralRouting, resolveFallback, resolveHedge } from "./routing.ts";

export interface PlanContext {
  readonly resolved: ResolvedProviders;
  readonly routing: GeneralRouting;
  readonly dialects: readonly string[];
  readonly report: Report;
}

interface Known extends PlanContext {
  /** Names of the providers there are, or would be if they had no faults or were not switched off. */
  readonly providers: ReadonlySet<string>;
  /** Names that have a plan. */
  readonly names: ReadonlySet<string>;
}

const expectedModel = "expected provider/model, a list of them, or settings below it with targets";
const modelForm = z.union([z.string(), z.array(z.unknown()), settings], { error: expectedModel });
const targetForm = z.union([z.string(), settings], { error: "expected provider/model, or settings with model" });
const conditionalForm = z.record(z.string(), z.unknown(), {
  error: "expected settings such as { if: { has: image }, use: provider/model }",
});
const planFields = { ...planShape, targets: z.unknown(), when: z.array(z.unknown()).nullish() };
const conditionalFields = { ...conditionalShape, use: z.unknown() };

/** What names stand for. Those with faults are left out; each part is looked at whatever else may be wrong. */
export function readPlans(
  entries: Readonly<Record<string, unknown>>,
  context: PlanContext,
): Readonly<Record<string, PlanSpec>> {
  const { providers, named } = context.resolved;
  const known: Known = {
    ...context,
    providers: new Set([...providers.map(({ name }) => name), ...named.keys()]),
    names: new Set(Object.keys(entries)),
  };
  const plans: [string, PlanSpec][] = [];
  for (const [name, given] of Object.entries(entries)) {
    const path = ["models", name];
    const plan = readModel(given, path, known);
    if (!/^[^\s/*\p{Cc}]{1,128}$/u.test(name)) {
      const message =
        "an alias holds no slash (that would be 'provider/model'), no space and no *: choose another name";
      context.report.add(path, message, "key");
    } else if (plan !== undefined) plans.push([name, plan]);
  }
  return Object.fromEntries(plans);
}

function readModel(given: unknown, path: SettingPath, known: Known): PlanSpec | undefined {
  const form = known.report.parse(modelForm, given, path);
  if (form === undefined) return undefined;
  const isPlan = typeof form === "object" && !Array.isArray(form);
  const field = known.report.open(planFields, isPlan ? form : {}, path);
  const general = known.routing;
  return {
    strategy: field("strategy") ?? "fallback",
    targets: isPlan ? readTargets(field("targets"), [...path, "targets"], known) : readTargets(form, path, known),
    when: readConditionals(field("when") ?? [], [...path, "when"], known),
    fallbackOn: resolveFallback(field("fallback_on"), general.fallbackOn),
    hedge: resolveHedge(field("hedge"), general.settings.hedge),
    affinity: field("affinity") ?? general.settings.affinity,
  };
}

/** One target or a list of them, at least one of which has to be enabled. */
function readTargets(given: unknown, path: SettingPath, known: Known): TargetSpec[] {
  const { report } = known;
  if (given === undefined || given === null) {
    report.add(path, "is missing: say which targets serve, as provider/model", "key");
    return [];
  }
  const read = Array.isArray(given)
    ? given.map((one: unknown, i) => readTarget(one, [...path, i], known))
    : [readTarget(given, path, known)];
  if (read.length === 0) report.add(path, "is empty: list at least one provider/model");
  else if (read.every((target) => target === "disabled")) {
    report.add(path, "has no target that is switched on (all are enabled: false): enable one");
  }
  return read.filter((target) => target !== "disabled" && target !== undefined);
}

/** undefined: it has faults, which are reported. */
function readTarget(given: unknown, path: SettingPath, known: Known): TargetSpec | "disabled" | undefined {
  const form = known.report.parse(targetForm, given, path);
  if (form === undefined) return undefined;
  if (typeof form === "string") {
    const place = readPlace(form, path, true, known);
    return place && { ...place, weight: 1, timeoutMs: undefined, retries: undefined, params: undefined };
  }
  const field = known.report.open(targetShape, form, path);
  const isEnabled = field("enabled") !== false;
  const model = field("model");
  const place = model === undefined ? undefined : readPlace(model, [...path, "model"], isEnabled, known);
  const params = field("params");
  const target = {
    weight: field("weight") ?? 1,
    timeoutMs: field("timeout") ?? undefined,
    retries: field("retries") ?? undefined,
    params: params ? readParams(params, [...path, "params"], known) : undefined,
  };
  if (!isEnabled) return "disabled";
  return place && { ...place, ...target };
}

/** Of a target that is switched off, the provider need not be there. */
function readPlace(
  text: string,
  path: SettingPath,
  isEnabled: boolean,
  { resolved, providers, names, report }: Known,
): { provider: string; model: string } | undefined {
  const place = text.trim();
  const [, provider = "", model = ""] = /^([^/]*)\/(.*)$/s.exec(place) ?? [];
  const fault = (): string | undefined => {
    if (provider === "" || model === "") {
      return names.has(place)
        ? "is another name under models: a plan's targets are provider/model"
        : "expected provider/model: a provider's name, a slash, and its name for a model";
    }
    if (!isEnabled) return undefined;
    if (resolved.named.get(provider) === "disabled") {
      return `the provider '${showName(provider)}' is switched off (enabled: false)`;
    }
    if (providers.has(provider)) return undefined;
    const all = providers.size === 0 ? ": there are none yet" : `: known are ${[...providers].join(", ")}`;
    return `there is no provider '${showName(provider)}'${didYouMean(provider, providers) || all}`;
  };
  const message = fault();
  if (message === undefined) return { provider, model };
  report.add(path, message);
  return undefined;
}

function readConditionals(given: readonly unknown[], path: SettingPath, known: Known): ConditionalTargets[] {
  const { report } = known;
  const earlier: (Condition | undefined)[] = [];
  return given.flatMap((one, i) => {
    const at = [...path, i];
    const form = report.parse(conditionalForm, one, at);
    if (form === undefined) {
      earlier.push(undefined);
      return [];
    }
    const field = report.open(conditionalFields, form, at);
    const entry = field("if");
    const condition = entry === undefined ? undefined : readCondition(entry);
    const fault = condition && (describeCondition(condition) ?? describeUnreachable(condition, earlier));
    if (fault !== undefined) report.add([...at, "if"], fault, "key");
    earlier.push(fault === undefined ? condition : undefined);
    const use = readTargets(field("use"), [...at, "use"], known);
    return condition === undefined ? [] : [{ condition, use }];
  });
}

function describeUnreachable(condition: Condition, earlier: readonly (Condition | undefined)[]): string | undefined {
  const before = earlier.findIndex((other) => other !== undefined && implies(condition, other));
  return before === -1
    ? undefined
    : `can never decide: whenever it holds, that of when[${before}] holds, too, and comes first. Put it before that one, or remove it`;
}
