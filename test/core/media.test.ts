import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Media, MediaSchema } from "../../gen/causeway/chat/v1/content_pb.ts";
import { readBase64, readMedia, toBase64, writeDataUrl } from "../../src/core/media.ts";

const media = (url: string): Media => create(MediaSchema, readMedia(url));

test("bytes go into a data: URL and come back", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.constantFrom("image/png", "application/pdf", ""), (bytes, mediaType) => {
      const url = `data:${mediaType};base64,${Buffer.from(bytes).toString("base64")}`;
      const read = media(url);
      expect(read.source.case === "data" && [...read.source.value]).toEqual([...bytes]);
      expect(read.mediaType).toBe(mediaType);
      expect(writeDataUrl(read)).toBe(url);
    }),
  );
});

test.each([
  "https://example.com/a.png",
  "data:text/plain,hello",
  "data:image/svg+xml;charset=utf-8;base64,AAAA",
  "data:image/png;base64,not base64!",
  "data:",
  "",
])("%j stays an address", (url) => {
  const read = media(url);
  expect(read).toMatchObject({ source: { case: "url", value: url }, mediaType: "" });
  expect(writeDataUrl(read)).toBe(url);
});

test("a file that only its provider holds has no URL", () => {
  expect(writeDataUrl(create(MediaSchema, { source: { case: "fileId", value: "f" } }))).toBe(undefined);
  expect(writeDataUrl(create(MediaSchema))).toBe(undefined);
});

test("what is no base64 is noticed", () => {
  expect(readBase64("AQI=")?.equals(Buffer.from([1, 2]))).toBe(true);
  expect(readBase64("")).toEqual(Buffer.alloc(0));
  for (const text of ["?", "AA AA", "AA=A", "A===", "\u00e9"]) expect(readBase64(text)).toBe(undefined);
});

test("a part of a larger array is written alone", () => {
  expect(toBase64(new Uint8Array([9, 1, 2, 9]).subarray(1, 3))).toBe("AQI=");
});
