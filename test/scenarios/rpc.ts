import {
  create,
  type DescMethodUnary,
  fromJsonString,
  type MessageInitShape,
  type MessageShape,
  toJsonString,
} from "@bufbuild/protobuf";

/** One unary RPC in Connect JSON. Throws an Error with the answer's text when it failed. */
export async function call<I extends DescMethodUnary["input"], O extends DescMethodUnary["output"]>(
  url: string,
  key: string | undefined,
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
): Promise<MessageShape<O>> {
  const response = await fetch(`${url}/${method.parent.typeName}/${method.name}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    body: toJsonString(method.input, create(method.input, request)),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method.name}: ${text}`);
  return fromJsonString(method.output, text);
}
