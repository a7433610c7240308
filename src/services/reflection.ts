import type { DescExtension, DescFile, DescService } from "@bufbuild/protobuf";
import { toBinary } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";
import {
  ServerReflection as V1,
  type ServerReflectionRequest as V1Request,
} from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import {
  ServerReflection as V1Alpha,
  type ServerReflectionRequest as V1AlphaRequest,
} from "../../gen/grpc/reflection/v1alpha/reflection_pb.ts";

/** Both versions of the protocol have the same messages, under names of their own. */
type Request = V1Request | V1AlphaRequest;

type Answer =
  | { case: "listServicesResponse"; value: { service: { name: string }[] } }
  | { case: "fileDescriptorResponse"; value: { fileDescriptorProto: Uint8Array<ArrayBuffer>[] } }
  | { case: "allExtensionNumbersResponse"; value: { baseTypeName: string; extensionNumber: number[] } }
  | { case: "errorResponse"; value: { errorCode: Code; errorMessage: string } };

/**
 * gRPC's server reflection, v1 and v1alpha, for these services and for itself: tools such as grpcurl and `buf curl` can
 * then call them without having the contract. Returns what registers it.
 */
export function createReflection(services: readonly DescService[]): (router: ConnectRouter) => void {
  const reflected = [...services, V1, V1Alpha];
  const index = createIndex(reflected);

  function answer({ messageRequest: asked }: Request): Answer {
    switch (asked.case) {
      case "listServices":
        return { case: "listServicesResponse", value: { service: reflected.map(({ typeName: name }) => ({ name })) } };
      case "fileByFilename":
        return files(index.files.get(asked.value), `file '${asked.value}'`);
      case "fileContainingSymbol":
        return files(index.symbols.get(asked.value), `symbol '${asked.value}'`);
      case "fileContainingExtension": {
        const { containingType, extensionNumber } = asked.value;
        const found = index.extensions.get(containingType)?.find(({ number }) => number === extensionNumber);
        return files(found?.file, `extension ${extensionNumber} of '${containingType}'`);
      }
      case "allExtensionNumbersOfType": {
        if (!index.symbols.has(asked.value)) return notFound(`type '${asked.value}'`);
        const extensionNumber = (index.extensions.get(asked.value) ?? []).map(({ number }) => number);
        return { case: "allExtensionNumbersResponse", value: { baseTypeName: asked.value, extensionNumber } };
      }
      case undefined:
        return failure(
          Code.InvalidArgument,
          "The request asks for nothing: set one of the fields of 'message_request'.",
        );
      default:
        return asked satisfies never;
    }
  }

  async function* converse<R extends Request>(requests: AsyncIterable<R>) {
    for await (const request of requests) {
      yield { validHost: request.host, originalRequest: request, messageResponse: answer(request) };
    }
  }

  return (router) => {
    router.service(V1, { serverReflectionInfo: converse<V1Request> });
    router.service(V1Alpha, { serverReflectionInfo: converse<V1AlphaRequest> });
  };
}

interface Index {
  /** By the path with which others import them. */
  readonly files: ReadonlyMap<string, DescFile>;
  /** The file of everything that has a name: types, fields, oneofs, enum values, methods. */
  readonly symbols: ReadonlyMap<string, DescFile>;
  /** By the type that they extend. */
  readonly extensions: ReadonlyMap<string, readonly DescExtension[]>;
}

function createIndex(services: readonly DescService[]): Index {
  const files = new Map<string, DescFile>();
  for (const service of services) for (const file of closure(service.file)) files.set(`${file.name}.proto`, file);
  const symbols = new Map<string, DescFile>();
  const extensions = new Map<string, DescExtension[]>();
  for (const file of files.values()) {
    for (const type of nestedTypes(file)) {
      for (const name of namesOf(type)) symbols.set(name, file);
      if (type.kind !== "extension") continue;
      const siblings = extensions.get(type.extendee.typeName);
      if (siblings === undefined) extensions.set(type.extendee.typeName, [type]);
      else siblings.push(type);
    }
  }
  return { files, symbols, extensions };
}

type NestedType = ReturnType<typeof nestedTypes> extends Iterable<infer T> ? T : never;

/** The full names that a type declares: its own, and its members'. */
function namesOf(type: NestedType): string[] {
  const { typeName } = type;
  switch (type.kind) {
    case "message":
      return [typeName, ...[...type.fields, ...type.oneofs].map((member) => `${typeName}.${member.name}`)];
    case "enum": {
      const scope = typeName.slice(0, typeName.lastIndexOf(".") + 1); // values are siblings of their enum
      return [typeName, ...type.values.map((value) => scope + value.name)];
    }
    case "service":
      return [typeName, ...type.methods.map((method) => `${typeName}.${method.name}`)];
    case "extension":
      return [typeName];
  }
}

/** A file and all that it needs, each once. */
function closure(file: DescFile, seen = new Set<DescFile>()): Set<DescFile> {
  if (!seen.has(file)) {
    seen.add(file);
    for (const dependency of file.dependencies) closure(dependency, seen);
  }
  return seen;
}

function files(found: DescFile | undefined, what: string): Answer {
  if (found === undefined) return notFound(what);
  const fileDescriptorProto = [...closure(found)].map((file) => toBinary(FileDescriptorProtoSchema, file.proto));
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

function notFound(what: string): Answer {
  return failure(Code.NotFound, `There is no ${what} in this server's contract.`);
}

function failure(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}
