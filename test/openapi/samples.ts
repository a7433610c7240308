import { resolveRef, type Schema, type Schemas } from "./schema.ts";

export interface SampleOptions {
  /** Whether open objects also get a field that nobody named. */
  readonly unlisted: boolean;
}

/**
 * Instances of a schema that show each of its choices at least once: every value of an enum, every branch of a union,
 * every limit, each optional field present and absent. The first one is the plainest. Choices are not combined, so that
 * the number is the sum of the choices and not their product.
 *
 * What several parts of an allOf say about one field is sampled part by part; some of these samples are not valid.
 */
export function sample(schemas: Schemas, name: string, options: SampleOptions): unknown[] {
  const ofSchema = (schema: Schema): unknown[] => {
    if (schema.$ref !== undefined) return ofSchema(resolveRef(schemas, schema.$ref));
    if (schema.const !== undefined) return [schema.const];
    if (schema.enum !== undefined) return [...schema.enum];
    if (schema.allOf !== undefined) return ofSchema(mergeParts(schemas, schema.allOf));
    const branches = schema.oneOf ?? schema.anyOf;
    if (branches !== undefined) return branches.flatMap(ofSchema);
    const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? ["string"]);
    return types.flatMap((type) => ofType(type, schema));
  };

  const ofType = (type: string, schema: Schema): unknown[] => {
    switch (type) {
      case "null":
        return [null];
      case "boolean":
        return [true, false];
      case "integer":
        return ofNumber(schema, [1, -3, 1234567890]);
      case "number":
        return ofNumber(schema, [0.5, -3.25, 1e9]);
      case "string":
        return ofString(schema);
      case "array":
        return ofArray(schema);
      case "object":
        return ofObject(schema);
      default:
        throw new Error(`No samples for the type ${type}`);
    }
  };

  const ofArray = ({ items = {}, minItems = 0, maxItems }: Schema): unknown[] => {
    const members = ofSchema(items);
    const least = Array.from({ length: minItems }, () => members[0]);
    const most = maxItems === undefined ? [] : [Array.from({ length: maxItems }, () => members[0])];
    return [least, ...members.map((member) => [member, ...least.slice(1)]), [...members], ...most].filter(
      (array) => array.length <= (maxItems ?? Number.POSITIVE_INFINITY),
    );
  };

  const ofObject = ({ properties = {}, required = [], additionalProperties = true }: Schema): unknown[] => {
    const fields = Object.entries(properties).map(([key, schema]) => [key, ofSchema(schema)] as const);
    const whole = Object.fromEntries(fields.map(([key, values]) => [key, values[0]]));
    const base = Object.fromEntries(required.map((key) => [key, key in whole ? whole[key] : "any"]));
    const variants = fields.flatMap(([key, values]) => values.map((value) => ({ ...base, [key]: value })));
    return [
      base,
      whole,
      ...variants,
      ...ofFurtherFields(additionalProperties).map((value) => ({ ...base, unlisted: value })),
    ];
  };

  const ofFurtherFields = (allowed: boolean | Schema): unknown[] => {
    if (typeof allowed === "object") return ofSchema(allowed);
    return allowed && options.unlisted ? ["any"] : [];
  };

  return ofSchema({ $ref: `#/components/schemas/${name}` });
}

function ofNumber({ minimum, maximum }: Schema, inside: readonly number[]): number[] {
  const within = (value: number): boolean =>
    value >= (minimum ?? Number.NEGATIVE_INFINITY) && value <= (maximum ?? Number.POSITIVE_INFINITY);
  const limits = [minimum, maximum].filter((limit) => limit !== undefined);
  return [...inside.filter(within), ...limits];
}

function ofString({ format, maxLength }: Schema): string[] {
  if (format === "uri") return ["https://example.com/a?b=c"];
  if (format === "date") return ["2026-02-28"];
  return ["text", "", '\u00e9 \u{1f600}\n"\\', ...(maxLength === undefined ? [] : ["x".repeat(maxLength)])];
}

/** One object with the fields of all parts. */
function mergeParts(schemas: Schemas, parts: readonly Schema[]): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const part of parts) {
    let schema = part.$ref === undefined ? part : resolveRef(schemas, part.$ref);
    if (schema.allOf !== undefined) schema = mergeParts(schemas, schema.allOf);
    required.push(...(schema.required ?? []));
    for (const [key, field] of Object.entries(schema.properties ?? {})) {
      const other = properties[key];
      properties[key] = other === undefined ? field : { anyOf: [other, field] };
    }
  }
  return { type: "object", properties, required };
}
