import { type FallbackCause, fallbackCauses, type Strategy } from "../../core/routing.ts";
import type { Wire } from "../../core/wire-values.ts";
import type { Deployment } from "./deployments.ts";
import { append, type Providers, useOf } from "./providers.ts";
import type { Fallback, LitellmSettings } from "./settings.ts";
import type { LitellmFile } from "./source.ts";

/** Names of the configuration, with what each stands for. */
export function modelsOf(
  deployments: readonly Deployment[],
  settings: LitellmSettings,
  providers: Providers,
  file: LitellmFile,
): Readonly<Record<string, unknown>> {
  const groups = new Map<string, Deployment[]>();
  for (const deployment of deployments) append(groups, deployment.name, deployment);
  const models = new Map<string, unknown>();
  const add = (asked: string, group: readonly Deployment[], path: Deployment["path"]): void => {
    const name = asked.replaceAll(/[\s/]+/g, "-");
    if (asked.includes("*")) {
      file.note(
        path,
        "changed",
        `'${asked}' stands for many models: ask for them as provider/model, here ${providersOf(group, providers)}/…`,
      );
    } else if (models.has(name)) file.note(path, "left", `the name '${asked}': '${name}' is another's already`);
    else if (group.every(({ enabled }) => !enabled))
      file.note(path, "left", `'${asked}': it is switched off (enabled: false)`);
    else {
      if (name !== asked)
        file.note(path, "changed", `'${asked}' is called '${name}': names here have no slash and no space`);
      models.set(name, planOf(group, groups, settings, providers, file));
    }
  };
  for (const [name, group] of groups) add(name, group, group[0]?.path ?? []);
  for (const [alias, { model, path }] of settings.aliases) {
    const group = groups.get(model);
    if (group === undefined) file.note(path, "left", `the alias ${alias}: there is no model '${model}'`);
    else add(alias, group, path);
  }
  return Object.fromEntries(models);
}

const providersOf = (group: readonly Deployment[], providers: Providers): string =>
  [...new Set(group.map((one) => providers.nameOf(one)))].join(", ");

interface Target {
  readonly model: string;
  readonly weight: number;
  readonly settings: Wire;
}

function planOf(
  group: readonly Deployment[],
  groups: ReadonlyMap<string, readonly Deployment[]>,
  settings: LitellmSettings,
  providers: Providers,
  file: LitellmFile,
): unknown {
  const name = group[0]?.name ?? "";
  const { fallback, causes } = fallbackFor(name, group, settings, file);
  const others = (fallback?.names ?? []).flatMap((other) => {
    const found = groups.get(other);
    if (found !== undefined) return found === group ? [] : [found];
    file.note(fallback?.path ?? [], "left", `the fallback '${other}' of '${name}': it is no name in model_list`);
    return [];
  });
  const ranks = [group, ...others].flatMap((one) => ranksOf(one, providers));
  const { strategy, targets } = arrange(ranks, settings.strategy, () =>
    file.note(
      group[0]?.path ?? [],
      "changed",
      `'${name}': its first choice is made by weight, so that fallbacks stay the last`,
    ),
  );
  const [only] = targets;
  if (targets.length === 1 && causes === undefined) return typeof only === "string" ? only : { targets };
  return strategy === undefined && causes === undefined && targets.every((target) => typeof target === "string")
    ? targets
    : { ...(strategy !== undefined && { strategy }), targets, ...(causes !== undefined && { fallback_on: causes }) };
}

interface Chosen {
  readonly fallback: Fallback | undefined;
  readonly causes: Readonly<Partial<Record<FallbackCause, boolean>>> | undefined;
}

/** LiteLLM has lists of fallbacks for several causes; a plan here has one list, and switches for the causes. */
function fallbackFor(name: string, group: readonly Deployment[], settings: LitellmSettings, file: LitellmFile): Chosen {
  const isDefault = !settings.fallbacks.has(name) && settings.defaultFallback?.names.includes(name) === false;
  const general = settings.fallbacks.get(name) ?? (isDefault ? settings.defaultFallback : undefined);
  const context = settings.contextFallbacks.get(name);
  const content = settings.contentFallbacks.get(name);
  const leave = (fallback: Fallback | undefined, why: string): void => {
    if (fallback !== undefined) file.note(fallback.path, "left", `${String(fallback.path[1])} of '${name}': ${why}`);
  };
  const isSame = (one: Fallback | undefined, other: Fallback | undefined): boolean =>
    one !== undefined && String(one.names) === String(other?.names);
  const first = general ?? context ?? content;
  if (context !== undefined && !isSame(context, first)) leave(context, "a plan has one list of fallbacks");
  if (content !== undefined && !isSame(content, first)) leave(content, "a plan has one list of fallbacks");
  if (general !== undefined) {
    return { fallback: general, causes: isSame(content, general) ? { content_filter: true } : undefined };
  }
  if (first === undefined) return { fallback: undefined, causes: undefined };
  if (group.length > 1) {
    leave(first, "the targets of this name serve for other causes, too");
    return { fallback: undefined, causes: undefined };
  }
  const wanted = new Set<FallbackCause>();
  if (isSame(context, first)) wanted.add("context_window");
  if (isSame(content, first)) wanted.add("content_filter");
  return { fallback: first, causes: Object.fromEntries(fallbackCauses.map((cause) => [cause, wanted.has(cause)])) };
}

/** Those that LiteLLM would choose among, by its `order`. Deployments that differ in the key only are one target. */
function ranksOf(group: readonly Deployment[], providers: Providers): readonly Target[][] {
  const metric = (["weight", "rpm", "tpm"] as const).find((one) =>
    group.every((deployment) => (deployment[one] ?? 0) > 0),
  );
  const ranks = new Map<number, Map<string, Target>>();
  for (const deployment of [...group].sort((a, b) => a.order - b.order)) {
    const targets = ranks.get(deployment.order) ?? new Map<string, Target>();
    ranks.set(deployment.order, targets);
    const model = `${providers.nameOf(deployment)}/${deployment.model}`;
    const id = JSON.stringify([model, useOf(deployment)]);
    const weight = (metric === undefined ? 1 : (deployment[metric] ?? 1)) + (targets.get(id)?.weight ?? 0);
    targets.set(id, { model, weight, settings: settingsOf(deployment) });
  }
  return [...ranks.values()].map((targets) => [...targets.values()]);
}

const settingsOf = ({ timeout, retries, params, enabled }: Deployment): Wire => ({
  ...(timeout !== undefined && { timeout }),
  ...(retries !== undefined && { retries }),
  ...(Object.keys(params).length > 0 && { params }),
  ...(!enabled && { enabled: false }),
});

/** So much less likely is a target of the next rank: it comes first once in a million times. */
const behind = 1e-6;

/** A plan's targets: those of the first rank as the strategy says, then the others. */
function arrange(ranks: readonly (readonly Target[])[], wanted: Strategy, onChanged: () => void) {
  const all = ranks.flat();
  if (ranks.every(({ length }) => length <= 1))
    return { strategy: undefined, targets: all.map((one) => written(one, 1)) };
  const isWeighing = wanted === "weighted" || wanted === "least-busy";
  if (ranks.length > 1 && !isWeighing) onChanged();
  const strategy: Strategy = ranks.length === 1 || isWeighing ? wanted : "weighted";
  const least = Math.min(...(ranks[0] ?? []).map(({ weight }) => weight));
  const targets = ranks.flatMap((rank, i) =>
    rank.map((one) =>
      written(
        one,
        i === 0 ? one.weight / least : (one.weight / Math.max(...rank.map(({ weight }) => weight))) * behind ** i,
      ),
    ),
  );
  return { strategy, targets };
}

/** A weight of 1 is the default. */
function written({ model, settings }: Target, weight: number): unknown {
  const short = Number(weight.toPrecision(4));
  if (short === 1 && Object.keys(settings).length === 0) return model;
  return { model, ...(short !== 1 && { weight: short }), ...settings };
}
