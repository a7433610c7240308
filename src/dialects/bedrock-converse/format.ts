import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type ChatRequest,
  type JsonSchemaFormat,
  type ResponseFormatSchema,
  ToolChoiceMode,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { userJson } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import { describeAnswerTool } from "../../core/reserved-tools.ts";
import type { WireObject } from "../../core/wire-object.ts";
import type { WriteContext } from "./blocks.ts";
import { canBeFollowed } from "./schemas.ts";
import type { AnswerTool } from "./tools.ts";
import { dialectName } from "./wire.ts";

/** "OutputConfig", textFormat ("Get validated JSON results from models"). */

interface ReadFormat {
  readonly format: MessageInitShape<typeof ResponseFormatSchema> | undefined;
  /** What the contract has no name for: extensions of the request. */
  readonly extensions: Record<string, string>;
}

const place = "outputConfig.textFormat.";

/** A format that is not known stays in the rest of `config`. */
export function readFormat(config: WireObject): ReadFormat {
  const wire = config.object("textFormat");
  const structure = wire?.object("structure");
  const body = structure?.object("jsonSchema");
  if (wire === undefined || structure === undefined || body === undefined || wire.string("type") !== "json_schema") {
    config.leave("textFormat");
    return { format: undefined, extensions: {} };
  }
  const value = {
    name: body.string("name") ?? "",
    description: body.string("description") ?? "",
    schema: body.required("schema", body.string("schema"), "a JSON Schema as a string"),
    strict: true, // such a form is always followed exactly
  };
  return {
    format: { kind: { case: "jsonSchema", value } },
    extensions: {
      ...wire.rest(dialectName, place),
      ...structure.rest(dialectName, `${place}structure.`),
      ...body.rest(dialectName, `${place}structure.jsonSchema.`),
    },
  };
}

export interface WrittenFormat {
  readonly textFormat?: Members | undefined;
  readonly answerTool?: AnswerTool | undefined;
}

const path = "response_format.json_schema";
const anyObject = '{"type":"object"}';

/**
 * Natively where Bedrock takes the schema. Unless the caller insists on that, another form is the input of a tool that
 * the model is made to call, or asked to where it cannot be made to. `isThinking`: it cannot be made to, then.
 */
export function writeFormat(chat: ChatRequest, isThinking: boolean, context: WriteContext): WrittenFormat {
  const { drops, emulated, words } = context;
  const kind = chat.responseFormat?.kind;
  if (kind === undefined) return {};
  if (kind.case === undefined) {
    drops.add("response_format.kind");
    return {};
  }
  const isForced = words.forcedTools === true && !isThinking;
  // all of these know tools
  const isOffered = words.forcedTools === true || words.claudeToolChoice || words.schemas;
  if (kind.case === "text") {
    if (!isOffered) drops.add("response_format.text"); // where there are no forms, it is none
    return {};
  }
  const form = kind.case === "jsonSchema" ? kind.value : undefined;
  if (form !== undefined) {
    const schema = form.schema === "" ? anyObject : userJson(form.schema, `${path}.schema`).text;
    const isExact = form.strict === true || canBeFollowed(schema);
    if (words.schemas && isExact) return { textFormat: writeNative(form, schema) };
  }
  const at = form === undefined ? "response_format.json" : path;
  if (!isOffered || wantsOtherwise(chat, isForced)) {
    drops.add(at);
    return {};
  }
  emulated.push(at);
  return { answerTool: { ...describe(form, context), isForced } };
}

/** An answer that has to be a call, or that no tool may be called for, cannot come as the input of this one. */
function wantsOtherwise({ tools, toolChoice }: ChatRequest, isForced: boolean): boolean {
  const mode = toolChoice?.mode;
  const isCall = tools.length > 0 && (mode === ToolChoiceMode.REQUIRED || mode === ToolChoiceMode.TOOL);
  return isCall || (mode === ToolChoiceMode.NONE && !isForced);
}

function writeNative({ name, description }: JsonSchemaFormat, schema: string): Members {
  const jsonSchema: Members = { schema, name: name || undefined, description: description || undefined };
  return { type: "json_schema", structure: { jsonSchema } };
}

function describe(form: JsonSchemaFormat | undefined, { drops }: WriteContext): Omit<AnswerTool, "isForced"> {
  const { name = "", description = "", schema = "", strict } = form ?? {};
  if (strict === true) drops.add(`${path}.strict`); // what knows no forms knows no strict tools
  return {
    description: describeAnswerTool(name, description),
    schema: schema === "" ? anyObject : schema,
  };
}
