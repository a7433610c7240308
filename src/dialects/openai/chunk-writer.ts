import type { ChatEvent, ChatFinish, ChatStart, PartDelta, PartStart } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import type { StreamWriter } from "../../core/dialect.ts";
import { GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import { toJson } from "../../lib/json-text.ts";
import { errorCodec } from "./error.ts";

/** What all chunks of an answer, or the answer, begin with. */
export type Head = Pick<ChatStart, "id" | "created" | "model" | "serviceTier" | "extensions">;

const noHead: Head = { id: "", created: 0n, model: "", serviceTier: "", extensions: {} };

/** Takes a chunk's only choice, as JSON text. */
export type Send = (choice: string) => void;

/** Says what events say in the choices of chunks, each of which it sends. Made for one answer. */
export interface ChoiceWriter {
  begin(start: PartStart, send: Send): void;
  grow(delta: PartDelta, send: Send): void;
  /** A part of this choice is complete. undefined: that says nothing. */
  end?(choice: number, send: Send): void;
  finish(finish: ChatFinish, send: Send): void;
}

export interface ChunkWriting {
  choiceWriter(): ChoiceWriter;
  writeHead(head: Head): Members;
  writeUsage(usage: Usage): Members;
}

export const done = "[DONE]";

/** `usageWanted`: by the client, which then gets a chunk of it, and in all others the word that they have none. */
export function chunkWriter(language: ChunkWriting, usageWanted: boolean): StreamWriter {
  const choices = language.choiceWriter();
  const headText = (head: Head): string => `data: ${toJson(language.writeHead(head)).slice(0, -1)},"choices":[`;
  /** Everything up to a chunk's choices, and what follows them. */
  let head = headText(noHead);
  const tail = usageWanted ? `],"usage":null}\n\n` : "]}\n\n";
  let usage: Usage | undefined;
  let wire = "";
  const send = (choice: string): void => {
    wire += `${head}${choice}${tail}`;
  };
  const write = ({ kind }: ChatEvent): void => {
    switch (kind.case) {
      case "partDelta":
        choices.grow(kind.value, send);
        return;
      case "partStart":
        choices.begin(kind.value, send);
        return;
      case "partEnd":
        choices.end?.(kind.value.choice, send);
        return;
      case "start":
        head = headText(kind.value);
        return;
      case "finish":
        choices.finish(kind.value, send);
        return;
      case "usage":
        usage = kind.value; // told once, at the end: the last one counts
        return;
      case "error":
        throw new GatewayError("upstream_error", kind.value.message);
      case undefined:
        return;
      default:
        kind satisfies never;
    }
  };
  return {
    write(events) {
      for (const event of events) write(event);
      const written = wire;
      wire = ""; // else it would stay in memory until there is more
      return written;
    },
    end() {
      const told =
        usageWanted && usage !== undefined ? `${head}],"usage":${toJson(language.writeUsage(usage))}}\n\n` : "";
      return `${told}data: ${done}\n\n`;
    },
    fail: (error) => `data: ${errorCodec.write(error)}\n\n`,
  };
}
