import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { BinaryReader } from "@bufbuild/protobuf/wire";

/** A message of opentelemetry-proto: its fields by number. A shape in a list comes any number of times. */
interface Shape {
  readonly [field: number]: readonly [name: string, kind: Scalar | Shape | readonly [Scalar | Shape]];
}
type Scalar = "string" | "hex" | "bool" | "varint" | "nanos" | "double" | "packedDouble" | "packedFixed64";

const array: Shape = { 1: ["values", [{ 1: ["value", "string"] }]] };
const anyValue: Shape = {
  1: ["value", "string"],
  2: ["value", "bool"],
  3: ["value", "varint"],
  4: ["value", "double"],
  5: ["value", array],
};
const attributes = ["attributes", [{ 1: ["key", "string"], 2: ["value", anyValue] }]] as const;
const scope: Shape = { 1: ["name", "string"], 2: ["version", "string"] };
const event: Shape = { 1: ["at", "nanos"], 2: ["name", "string"], 3: attributes };
const span: Shape = {
  1: ["traceId", "hex"],
  2: ["spanId", "hex"],
  3: ["state", "string"],
  4: ["parentId", "hex"],
  5: ["name", "string"],
  6: ["kind", "varint"],
  7: ["start", "nanos"],
  8: ["end", "nanos"],
  9: attributes,
  11: ["events", [event]],
  15: ["status", { 2: ["message", "string"], 3: ["code", "varint"] }],
};
const point: Shape = {
  4: ["count", "nanos"],
  5: ["sum", "double"],
  6: ["counts", "packedFixed64"],
  7: ["bounds", "packedDouble"],
  9: attributes,
};
const metric: Shape = {
  1: ["name", "string"],
  3: ["unit", "string"],
  9: ["histogram", { 1: ["points", [point]] }],
};
const resource = ["resource", { 1: attributes }] as const;
const traceRequest: Shape = {
  1: ["of", [{ 1: resource, 2: ["in", [{ 1: ["scope", scope], 2: ["items", [span]], 3: ["schemaUrl", "string"] }]] }]],
};
const metricRequest: Shape = {
  1: [
    "of",
    [{ 1: resource, 2: ["in", [{ 1: ["scope", scope], 2: ["items", [metric]], 3: ["schemaUrl", "string"] }]] }],
  ],
};

export interface Exported {
  readonly resource: Record<string, unknown>;
  readonly scope: Record<string, unknown>;
  readonly schemaUrl: string;
  readonly items: readonly Record<string, unknown>[];
}

/** Takes OTLP over HTTP in protobuf, as "OTLP Specification" describes it, and keeps what it gets. */
export async function startCollector(status = 200) {
  const got: { path: string; contentType: string | undefined; headers: NodeJS.Dict<string | string[]> }[] = [];
  const traces: Exported[] = [];
  const metrics: Exported[] = [];
  const server = createServer(async (request, response) => {
    const { url: path = "", headers } = request;
    const body = Buffer.concat(await request.toArray());
    got.push({ path, contentType: headers["content-type"], headers });
    if (path === "/v1/traces") traces.push(...exportsOf(body, traceRequest));
    if (path === "/v1/metrics") metrics.push(...exportsOf(body, metricRequest));
    response.writeHead(status, { "content-type": "application/x-protobuf" }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    got,
    traces,
    metrics,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function exportsOf(body: Buffer, request: Shape): Exported[] {
  const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value : []);
  const record = (value: unknown): Record<string, unknown> => (typeof value === "object" ? { ...value } : {});
  return list(read(body, request).of).flatMap((of) =>
    list(of.in).map((within) => ({
      resource: record(record(of.resource).attributes),
      scope: record(within.scope),
      schemaUrl: String(within.schemaUrl),
      items: list(within.items),
    })),
  );
}

/** A message as an object; fields that the shape does not have are left out. */
function read(bytes: Uint8Array, shape: Shape): Record<string, unknown> {
  const reader = new BinaryReader(bytes);
  const message: Record<string, unknown> = {};
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const [name, kind] = shape[number] ?? [];
    if (name === undefined || kind === undefined) reader.skip(wireType, number);
    else if (isList(kind))
      message[name] = [...(Array.isArray(message[name]) ? message[name] : []), readOne(reader, kind[0])];
    else message[name] = readOne(reader, kind);
  }
  const { attributes: pairs } = message;
  if (Array.isArray(pairs)) message.attributes = Object.fromEntries(pairs.map(({ key, value }) => [key, plain(value)]));
  return message;
}

const isList = (kind: Scalar | Shape | readonly [Scalar | Shape]): kind is readonly [Scalar | Shape] =>
  Array.isArray(kind);

/** An AnyValue's own value. */
function plain(any: unknown): unknown {
  const value = typeof any === "object" && any !== null && "value" in any ? any.value : undefined;
  if (typeof value !== "object" || value === null || !("values" in value) || !Array.isArray(value.values)) return value;
  return value.values.map((one: { value: unknown }) => one.value);
}

function readOne(reader: BinaryReader, kind: Scalar | Shape): unknown {
  if (typeof kind !== "string") return read(reader.bytes(), kind);
  switch (kind) {
    case "string":
      return reader.string();
    case "hex":
      return Buffer.from(reader.bytes()).toString("hex");
    case "bool":
      return reader.bool();
    case "varint":
      return Number(reader.int64());
    case "nanos":
      return BigInt(reader.fixed64());
    case "double":
      return reader.double();
    case "packedDouble":
      return packed(reader, (within) => within.double());
    case "packedFixed64":
      return packed(reader, (within) => Number(within.fixed64()));
  }
}

function packed<T>(reader: BinaryReader, one: (within: BinaryReader) => T): T[] {
  const within = new BinaryReader(reader.bytes());
  const values: T[] = [];
  while (within.pos < within.len) values.push(one(within));
  return values;
}
