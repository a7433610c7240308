import { create } from "@bufbuild/protobuf";
import {
  type ChatRequest,
  type JsonSchemaFormat,
  type ResponseFormat,
  ResponseFormatSchema,
  ToolChoiceMode,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { userJson } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import { answerTool, describeAnswerTool } from "../../core/reserved-tools.ts";
import type { WireObject } from "../../core/wire-object.ts";
import type { RawJson } from "../../lib/json-text.ts";
import type { RequestContext } from "./parts.ts";
import type { Source } from "./source-text.ts";
import { canBeFollowed } from "./strict-schema.ts";
import { anyObject, wantsCall } from "./tools.ts";
import { dialectName } from "./wire.ts";

/** Other vendors want a name for a form, and Anthropic has none: this one says nothing. */
const namelessForm = "answer";

export interface ReadFormat {
  readonly format: ResponseFormat;
  /** What the contract has no name for. */
  readonly extensions: Record<string, string>;
}

/**
 * "Structured outputs": `output_config.format`, formerly `output_format`. Answers always follow it exactly. undefined:
 * there is none, or one that the contract has no name for. `holder`: what has it as a member, `source`: its text.
 */
export function readFormat(holder: WireObject, key: string, source: Source): ReadFormat | undefined {
  const wire = holder.object(key);
  if (wire === undefined) return undefined;
  if (wire.string("type") !== "json_schema") {
    holder.leave(key);
    return undefined;
  }
  wire.required("schema", wire.object("schema"), "a JSON Schema");
  const schema = source()?.object(key)?.text("schema") ?? "";
  const value = { name: namelessForm, schema, strict: true };
  const format = create(ResponseFormatSchema, { kind: { case: "jsonSchema", value } });
  return { format, extensions: wire.rest(dialectName, "output_config.format.") };
}

/** How the form of an answer is brought about. */
export type FormatPlan =
  | { readonly how: "none" }
  | { readonly how: "native"; readonly format: Members }
  /** A tool whose input is the answer. */
  | { readonly how: "tool"; readonly tool: Members };

const noPlan: FormatPlan = { how: "none" };

/**
 * Natively where Anthropic takes the schema: it refuses those that an answer cannot be held to. Unless the caller insists
 * on that, such a form is the input of a tool that the model is made to call, as long as it can be made to.
 */
export function planFormat(chat: ChatRequest, canForce: boolean, context: RequestContext): FormatPlan {
  const { drops, emulated, traits } = context;
  const kind = chat.responseFormat?.kind;
  if (kind === undefined || kind.case === "text") return noPlan;
  if (kind.case === undefined) {
    drops.add("response_format.kind");
    return noPlan;
  }
  const form = kind.case === "jsonSchema" ? kind.value : undefined;
  if (form !== undefined && form.schema !== "" && traits.structured) {
    const schema = userJson(form.schema, "response_format.json_schema.schema");
    if (form.strict === true || canBeFollowed(form.schema)) {
      return { how: "native", format: writeNative(form, schema, context) };
    }
  }
  // an answer that has to be a call, or that no tool may be called for, cannot come as the input of this one
  if (wantsCall(chat) || (chat.toolChoice?.mode === ToolChoiceMode.NONE && !canForce)) {
    drops.add("response_format");
    return noPlan;
  }
  emulated.add("response_format");
  return { how: "tool", tool: writeAnswerTool(form, context) };
}

function writeNative({ name, description }: JsonSchemaFormat, schema: RawJson, { drops }: RequestContext): Members {
  const path = "response_format.json_schema";
  if (name !== namelessForm) drops.ifSet(`${path}.name`, name);
  drops.ifSet(`${path}.description`, description);
  return { type: "json_schema", schema };
}

function writeAnswerTool(form: JsonSchemaFormat | undefined, { drops, traits }: RequestContext): Members {
  const { name = namelessForm, description = "", schema = "", strict } = form ?? {};
  const path = "response_format.json_schema";
  const tool: Members = {
    name: answerTool,
    description: describeAnswerTool(name === namelessForm ? "" : name, description),
    input_schema: schema === "" ? anyObject : userJson(schema, `${path}.schema`),
  };
  // strict tools came with structured outputs, and want a schema that says which members there are
  if (strict !== undefined && (!traits.structured || (strict && schema === ""))) drops.add(`${path}.strict`);
  else if (strict !== undefined) tool.strict = strict;
  return tool;
}
