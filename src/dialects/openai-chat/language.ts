import type { ChunkLanguage } from "../openai/chunks.ts";
import { ChunkReader, chunkError, readToldUsage } from "./chunk-reader.ts";
import { DeltaWriter } from "./chunk-writer.ts";
import { writeHead } from "./delta-writer.ts";
import { writeWhole } from "./whole-writer.ts";
import { readFinishReason, writeUsage } from "./wire.ts";

/** How this dialect's answers and chunks are read and written. */
export const language: ChunkLanguage = {
  reader: (isWhole) => new ChunkReader(isWhole),
  choiceWriter: () => new DeltaWriter(),
  writeHead: (head) => writeHead(head, "chat.completion.chunk"),
  writeUsage,
  writeWhole,
  errorOf: chunkError,
  usageOf: readToldUsage,
  finishReasonOf: readFinishReason,
};
