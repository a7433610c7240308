import { create } from "@bufbuild/protobuf";
import { type ServerTool, type Tool, type ToolChoice, ToolSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { ToolKind } from "../../gen/causeway/chat/v1/content_pb.ts";
import type { RawJson } from "../lib/json-text.ts";
import { type Drops, userJson } from "./drops.ts";

/** By which a model calls it; "" for a tool that has no name in the contract. */
export const toolName = ({ kind }: Tool): string =>
  kind.case === "function" || kind.case === "custom" ? kind.value.name : "";

/** Whether a choice is of a tool of free text: unless it says so, the request's tools tell. */
export const choosesCustom = ({ name, kind }: ToolChoice, tools: readonly Tool[]): boolean =>
  kind === ToolKind.CUSTOM ||
  (kind === ToolKind.UNSPECIFIED && tools.some((tool) => tool.kind.case === "custom" && tool.kind.value.name === name));

/** A tool that its vendor runs itself. `json`: the whole of it. */
export const serverTool = (dialect: string, type: string, json: string): Tool =>
  create(ToolSchema, { kind: { case: "server", value: { dialect, type, json } } });

/** `server`: what the tool is. `dialect`: the one that is written. undefined: it is another one's, which is reported. */
export function writeServerTool(
  { extensions }: Tool,
  server: ServerTool,
  dialect: string,
  path: string,
  drops: Drops,
): RawJson | undefined {
  if (server.dialect !== dialect) return drops.add(`${path}.server`);
  drops.ifSet(`${path}.extensions`, extensions);
  return userJson(server.json, `${path}.server.json`);
}
