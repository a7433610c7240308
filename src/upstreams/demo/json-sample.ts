type Schema = Readonly<Record<string, unknown>>;

/** Deeper than this, a schema that contains itself gets the shortest value there is. */
const deepest = 12;

/** Texts of the formats of JSON Schema (2020-12, validation, section 7.3). */
const formats: Readonly<Record<string, string>> = {
  "date-time": "2026-01-01T00:00:00Z",
  date: "2026-01-01",
  time: "00:00:00Z",
  duration: "PT1S",
  email: "demo@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
};

/**
 * A value that a simple JSON Schema allows, always the same one: what is required is filled in, what is not is left out.
 * `text` is what texts say where the schema leaves it open. Patterns and `not` are not looked at.
 */
export function sampleOf(schemaText: string, text: string): unknown {
  let root: unknown;
  try {
    root = JSON.parse(schemaText === "" ? "{}" : schemaText);
  } catch {
    return {};
  }
  return sample(root, { root, text, depth: 0 });
}

interface Context {
  readonly root: unknown;
  readonly text: string;
  readonly depth: number;
}

function sample(given: unknown, context: Context): unknown {
  if (!isSchema(given)) return {};
  const schema = merged(given, context.root);
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0];
  if ("default" in schema) return schema.default;
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices) && choices.length > 0) {
    const { anyOf: _, oneOf: __, ...rest } = schema;
    const choice: unknown = context.depth < deepest ? choices[0] : choices.at(-1);
    return sample(isSchema(choice) ? { ...rest, ...merged(choice, context.root) } : rest, context);
  }
  return sampleOfType(schema, { ...context, depth: context.depth + 1 });
}

function sampleOfType(schema: Schema, context: Context): unknown {
  const type: unknown = Array.isArray(schema.type)
    ? schema.type[context.depth < deepest ? 0 : schema.type.length - 1]
    : schema.type;
  switch (type) {
    case "string":
      return sampleString(schema, context.text);
    case "integer":
    case "number":
      return sampleNumber(schema, type === "integer");
    case "boolean":
      return true;
    case "null":
      return null;
    case "array":
      return sampleArray(schema, context);
    case "object":
      return sampleObject(schema, context);
    default:
      return isSchema(schema.properties) ? sampleObject(schema, context) : context.depth === 1 ? {} : context.text;
  }
}

function sampleObject(schema: Schema, context: Context): Record<string, unknown> {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const value: Record<string, unknown> = {};
  for (const key of required) {
    if (typeof key === "string") value[key] = sample(properties[key] ?? { type: "string" }, context);
  }
  return value;
}

function sampleArray(schema: Schema, context: Context): unknown[] {
  const fixed: readonly unknown[] = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  const least = numberOf(schema.minItems) ?? (context.depth < deepest && isSchema(schema.items) ? 1 : 0);
  const count = Math.min(Math.max(least, fixed.length), numberOf(schema.maxItems) ?? 100);
  return Array.from({ length: count }, (_, i) => sample(fixed[i] ?? schema.items, context));
}

function sampleString(schema: Schema, text: string): string {
  const format = typeof schema.format === "string" ? formats[schema.format] : undefined;
  const start = format ?? text;
  const least = Math.min(numberOf(schema.minLength) ?? 0, 10_000);
  const characters = [...start.padEnd(start.length + Math.max(0, least - [...start].length), ".")];
  return characters.slice(0, numberOf(schema.maxLength) ?? characters.length).join("");
}

function sampleNumber(schema: Schema, whole: boolean): number {
  const step = numberOf(schema.multipleOf) ?? (whole ? 1 : 0);
  const above = numberOf(schema.exclusiveMinimum);
  const least = numberOf(schema.minimum) ?? (above === undefined ? undefined : above + (step || 0.5));
  const below = numberOf(schema.exclusiveMaximum);
  const most = numberOf(schema.maximum) ?? (below === undefined ? undefined : below - (step || 0.5));
  const wanted = Math.max(least ?? Math.min(most ?? 1, 1), least ?? Number.NEGATIVE_INFINITY);
  if (step === 0) return wanted;
  return least === undefined ? Math.floor(wanted / step) * step : Math.ceil(wanted / step) * step;
}

/** With references followed and `allOf` put together. */
function merged(schema: Schema, root: unknown): Schema {
  let { $ref, allOf, ...all }: Record<string, unknown> = schema;
  for (let hops = 0; typeof $ref === "string" && hops < deepest; hops += 1) {
    const target: unknown = lookUp($ref, root);
    if (!isSchema(target)) break;
    const { $ref: next, ...rest } = target;
    all = { ...rest, ...all };
    $ref = next;
  }
  const parts: readonly unknown[] = Array.isArray(allOf) ? allOf : Array.isArray(all.allOf) ? all.allOf : [];
  for (const part of parts) {
    if (!isSchema(part)) continue;
    const more = merged(part, root);
    all = {
      ...all,
      ...more,
      properties: {
        ...(isSchema(all.properties) ? all.properties : {}),
        ...(isSchema(more.properties) ? more.properties : {}),
      },
      required: [
        ...(Array.isArray(all.required) ? all.required : []),
        ...(Array.isArray(more.required) ? more.required : []),
      ],
    };
  }
  return all;
}

/** A JSON pointer within the document, "#/$defs/name" (RFC 6901). */
function lookUp(reference: string, root: unknown): unknown {
  if (!reference.startsWith("#")) return undefined;
  let at: unknown = root;
  for (const step of reference.split("/").slice(1)) {
    const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    at = typeof at === "object" && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
  }
  return at;
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
