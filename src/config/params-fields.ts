import { type DescField, ScalarType } from "@bufbuild/protobuf";
import { ChatRequestSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";

/** Fields of the contract that are no defaults, and why. */
export const noDefaults: Readonly<Record<string, string>> = {
  model: "is what the target itself says: write it beside params",
  messages: "belongs to each request: a target adds nothing to the conversation",
  tools: "belongs to each request: only the client can answer its tools' calls",
  tool_choice: "belongs to each request, as the tools do that it chooses among",
  prediction: "belongs to each request: it foretells one answer",
  n: "belongs to each request: a client gets as many answers as it has asked for",
  store: "belongs to each request: whether the provider may keep an answer is for the client to say",
  end_user_id: "belongs to each request: it names the person who asks",
  metadata: "belongs to each request: it is the application's own notes",
};

/** Fields that may have a default. */
export const defaultFields = ChatRequestSchema.fields.filter(({ name }) => !Object.hasOwn(noDefaults, name));

/** Other names of fields, as people know them. */
export const otherNames: Readonly<Record<string, string>> = { max_tokens: "max_output_tokens" };

type Form = "text" | "flag" | "number" | "whole" | "count" | "list" | "settings";

/** What a field's value looks like in the file. */
export function formOf(field: DescField): Form {
  if (field.fieldKind === "list") return "list";
  if (field.fieldKind === "map") return "settings";
  switch (field.scalar) {
    case undefined:
      return "settings";
    case ScalarType.STRING:
      return "text";
    case ScalarType.BOOL:
      return "flag";
    case ScalarType.DOUBLE:
      return "number";
    case ScalarType.UINT32:
      return "count";
    default:
      return "whole";
  }
}

const jsonTypes: Readonly<Record<Form, readonly string[]>> = {
  text: ["string"],
  flag: ["boolean", "string"],
  number: ["number", "string"],
  whole: ["integer", "string"],
  count: ["integer", "string"],
  list: ["array"],
  settings: ["object"],
};

/** For editors: they propose the names of the .proto files, and accept those of its JSON. */
export function paramsJsonSchema() {
  const typeOf = (field: DescField) => ({ type: [...jsonTypes[formOf(field)], "null"] });
  const properties = defaultFields.flatMap((field) => {
    const others = Object.keys(otherNames).filter((other) => otherNames[other] === field.name);
    return [field.name, ...others].map((name) => [name, typeOf(field)] as const);
  });
  return {
    properties: Object.fromEntries(properties),
    patternProperties: { [`^(${defaultFields.map(({ jsonName }) => jsonName).join("|")})$`]: {} },
    additionalProperties: false,
  };
}
