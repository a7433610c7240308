import { create } from "@bufbuild/protobuf";
import { type Citation, CitationSchema } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { graftOwn, type Members } from "../../core/extensions.ts";
import { count, dialectName, isRecord, rest, text, type Wire } from "./wire.ts";

/** "The chat completion object", choices.message.annotations. */

const citationFields = new Set(["type", "url_citation"]);
const urlFields = new Set(["url", "title", "start_index", "end_index"]);

export function readCitation(wire: Wire): Citation {
  const url = isRecord(wire.url_citation) ? wire.url_citation : {};
  const citation = create(CitationSchema, {
    type: text(wire.type),
    url: text(url.url),
    title: text(url.title),
    startIndex: count(url.start_index),
    endIndex: count(url.end_index),
  });
  citation.extensions = { ...rest(wire, citationFields), ...rest(url, urlFields, "url_citation.") };
  return citation;
}

/** undefined: what has no address, and is no other kind of this dialect's, has no form here. */
export function writeCitation(citation: Citation): Members | undefined {
  const { url, title, startIndex = 0, endIndex = 0, extensions } = citation;
  const isOwn = Object.keys(extensions).some((key) => key.startsWith(`${dialectName}/`));
  if (url === "" && !isOwn) return undefined;
  const written: Members =
    url === ""
      ? { type: citation.type }
      : { type: "url_citation", url_citation: { start_index: startIndex, end_index: endIndex, url, title } };
  graftOwn(written, extensions, dialectName);
  return written;
}
