import { Ajv2020 } from "ajv/dist/2020.js";

/** A JSON Schema, as OpenAPI 3.1 uses it. The keywords that are looked at; others are kept. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly unevaluatedProperties?: boolean;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly format?: string;
}

/** Named schemas, which refer to one another as "#/components/schemas/Name". */
export type Schemas = Readonly<Record<string, Schema>>;

const refPrefix = "#/components/schemas/";

export function resolveRef(schemas: Schemas, ref: string): Schema {
  const schema = ref.startsWith(refPrefix) ? schemas[ref.slice(refPrefix.length)] : undefined;
  if (schema === undefined) throw new Error(`${ref} is not among the schemas`);
  return schema;
}

/** Only the named schemas and what they refer to. */
export function prune(schemas: Schemas, names: readonly string[]): Schemas {
  const kept: Record<string, Schema> = {};
  const keep = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("$ref" in value && typeof value.$ref === "string") {
      const name = value.$ref.slice(refPrefix.length);
      if (name in kept) return;
      kept[name] = resolveRef(schemas, value.$ref);
      keep(kept[name]);
    }
    for (const member of Object.values(value)) keep(member);
  };
  for (const name of names) keep({ $ref: refPrefix + name });
  return kept;
}

/** The same schema with `change` applied to it and to every schema in it, the innermost first. */
function mapSchema(schema: Schema, change: (schema: Schema) => Schema): Schema {
  const inner = (sub: Schema): Schema => mapSchema(sub, change);
  const { allOf, anyOf, oneOf, items, properties, additionalProperties } = schema;
  return change({
    ...schema,
    ...(allOf && { allOf: allOf.map(inner) }),
    ...(anyOf && { anyOf: anyOf.map(inner) }),
    ...(oneOf && { oneOf: oneOf.map(inner) }),
    ...(items && { items: inner(items) }),
    ...(typeof additionalProperties === "object" && { additionalProperties: inner(additionalProperties) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, sub]) => [key, inner(sub)])),
    }),
  });
}

export function mapSchemas(schemas: Schemas, change: (schema: Schema) => Schema): Schemas {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, mapSchema(schema, change)]));
}

/** The faults of a JSON value, each with its place. None: the value is valid. */
export type Validate = (json: unknown) => string[];

export function createValidator(schemas: Schemas, name: string): Validate {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false, validateSchema: false });
  const validate = ajv
    .addSchema({ components: { schemas } }, "document")
    .compile({ $ref: `document${refPrefix}${name}` });
  return (json) => {
    if (validate(json)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath || "/"} ${message} ${JSON.stringify(params)}`,
    );
  };
}

/** Like createValidator, but refuses fields that the schema does not name, where it does not say that there may be more. */
export const createClosedValidator = (schemas: Schemas, name: string): Validate =>
  createValidator(mapSchemas(prune(schemas, [name]), close), name);

/** Parts of an allOf would refuse one another's fields, so there must be none. */
function close(schema: Schema): Schema {
  if (schema.allOf !== undefined) throw new Error("A schema with allOf cannot be closed");
  const open = schema.properties === undefined || schema.additionalProperties !== undefined;
  return open ? schema : { ...schema, additionalProperties: false };
}
