import type { ChunkLanguage } from "../openai/chunks.ts";
import { reportedError } from "../openai/error.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { TextWriter, writeHead, writeWhole } from "./chunk-writer.ts";
import { readFinishReason, readUsage, writeUsage } from "./wire.ts";

/** How this dialect's answers and chunks are read and written. */
export const language: ChunkLanguage = {
  reader: () => new ChunkReader(),
  choiceWriter: () => new TextWriter(),
  writeHead,
  writeUsage,
  writeWhole,
  errorOf: reportedError,
  usageOf: ({ usage }) => readUsage(usage),
  finishReasonOf: readFinishReason,
};
