import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { createClosedValidator, type Schema, type Schemas, type Validate } from "./schema.ts";

interface Answer {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, Answer>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Schemas;
    readonly responses: Readonly<Record<string, Answer>>;
  };
}

/** Says what is wrong with an answer of ours, by what openapi/causeway.yaml says of it. Nothing: it is as described. */
export type AnswerCheck = (method: string, path: string, status: number, json: unknown) => string[];

/** Holds answers against openapi/causeway.yaml: each has to be described, and to have no field that is not. */
export function createAnswerCheck(): AnswerCheck {
  const file = join(import.meta.dirname, "..", "..", "openapi", "causeway.yaml");
  const document: Document = parse(readFileSync(file, "utf8"));
  const { schemas, responses } = document.components;
  const known = new Map<string, Validate>();
  return (method, path, status, json) => {
    const described = document.paths[path]?.[method.toLowerCase()]?.responses;
    const found = described?.[status] ?? described?.[`${String(status)[0]}XX`];
    const answer = found?.$ref === undefined ? found : responses[found.$ref.split("/").at(-1) ?? ""];
    const schema = answer?.content?.["application/json"]?.schema;
    if (schema === undefined) return [`${method} ${path} is not described with status ${status}`];
    const key = JSON.stringify(schema);
    const validate = known.get(key) ?? createClosedValidator({ ...schemas, Answered: schema }, "Answered");
    known.set(key, validate);
    return validate(json);
  };
}
