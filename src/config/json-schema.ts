import * as z from "zod";
import { fileSchema } from "./schema.ts";

/** What stands in place of a value of another form: a variable. */
const variable: z.core.JSONSchema.JSONSchema = { type: "string", pattern: "\\$\\{" };

/**
 * The JSON Schema (draft 7, which editors' YAML support knows) of the configuration file, as JSON text.
 */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(fileSchema, {
    io: "input",
    target: "draft-7",
    override({ jsonSchema }) {
      if (jsonSchema.enum === undefined) return;
      const words = { enum: jsonSchema.enum };
      delete jsonSchema.enum;
      delete jsonSchema.type;
      jsonSchema.anyOf = [words, variable];
    },
  });
  const { $schema, ...rest } = schema;
  return `${JSON.stringify({ $schema, title: "Configuration of Causeway", ...rest }, null, 2)}\n`;
}
