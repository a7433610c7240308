/** What an import has to know of a provider that the gateway knows by name. */
export interface KnownProvider {
  readonly name: string;
  readonly aliases?: readonly string[] | undefined;
  readonly dialects: readonly string[];
  /** undefined: each customer has one of their own. */
  readonly baseUrl: string | undefined;
  readonly baseUrlFrom?: BaseUrlVariables | undefined;
  /** Variables that hold its key. */
  readonly envKeys: readonly string[];
  readonly envKeyParts?: { readonly required: readonly string[]; readonly optional: readonly string[] } | undefined;
  readonly keyIsFile?: boolean | undefined;
  readonly keyless?: boolean | undefined;
}

interface BaseUrlVariables {
  readonly variables: readonly string[];
  readonly read: (values: readonly string[]) => string | undefined;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_.]/g, "");

/**
 * The provider that LiteLLM, and what is built on it, calls by this name ("Supported Models & Providers",
 * docs.litellm.ai). It has words of its own around many vendors' names: one for the kind of API, one for who hosts it.
 */
export function findProvider(name: string, known: readonly KnownProvider[]): KnownProvider | undefined {
  const called = (word: string) =>
    known.find((one) => [one.name, ...(one.aliases ?? [])].some((other) => plain(other) === plain(word)));
  const exact = called(name);
  if (exact !== undefined) return exact;
  const bare = name.replace(/^(?:hosted_|text-completion-)/, "").replace(/_(?:chat|nim|text)$/, "");
  if (bare !== name) return called(bare);
  const vendor = name.endsWith("_ai") ? called(name.slice(0, -"_ai".length)) : undefined;
  // where each customer has an endpoint and a key of their own, such a name means another of the cloud's services
  return vendor?.baseUrl === undefined && vendor?.keyIsFile !== true ? undefined : vendor;
}
