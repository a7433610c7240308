import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Media, MediaSchema, PartSchema } from "../../gen/causeway/chat/v1/content_pb.ts";

type InitOf<T> = Extract<T, { kind?: unknown }>;
/** What `create(PartSchema, { kind })` takes. */
export type PartInit = NonNullable<InitOf<MessageInitShape<typeof PartSchema>>["kind"]>;

const dataUrl = /^data:([^;,]*);base64,([A-Za-z0-9+/]*={0,2})$/;

/** An address, or the bytes of a base64 data: URL (RFC 2397). A data: URL of another form stays an address. */
export function readMedia(url: string): MessageInitShape<typeof MediaSchema> {
  const match = url.startsWith("data:") ? dataUrl.exec(url) : null;
  if (match === null) return { source: { case: "url", value: url } };
  return { source: { case: "data", value: Buffer.from(match[2] ?? "", "base64") }, mediaType: match[1] ?? "" };
}

/** An address, or the bytes as a data: URL. undefined for a file that only its provider holds. */
export function writeDataUrl({ source, mediaType }: Media): string | undefined {
  switch (source.case) {
    case "url":
      return source.value;
    case "data":
      return `data:${mediaType};base64,${Buffer.from(source.value).toString("base64")}`;
    case "fileId":
    case undefined:
      return undefined;
    default:
      return source satisfies never;
  }
}
