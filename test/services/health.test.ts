import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { ChatService } from "../../gen/causeway/chat/v1/service_pb.ts";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/grpc/health/v1/health_pb.ts";
import { createHealthService } from "../../src/services/health.ts";

function setUp() {
  const health = createHealthService([ChatService]);
  const client = createClient(
    Health,
    createRouterTransport((router) => router.service(Health, health.service)),
  );
  return { health, client };
}

test("the gateway and each of its services serve until the stop", async () => {
  const { health, client } = setUp();
  const asked = ["", "causeway.chat.v1.ChatService"];
  for (const service of asked) expect((await client.check({ service })).status).toBe(Status.SERVING);
  const statuses = (await client.list({})).statuses;
  expect(Object.keys(statuses)).toEqual(asked);
  health.stop();
  for (const service of asked) expect((await client.check({ service })).status).toBe(Status.NOT_SERVING);
  for (const { status } of Object.values((await client.list({})).statuses)) expect(status).toBe(Status.NOT_SERVING);
});

test("a service that there is none of is not found", async () => {
  const { client } = setUp();
  const error = await client.check({ service: "acme.Chat" }).catch(ConnectError.from);
  expect(error).toMatchObject({
    code: Code.NotFound,
    rawMessage: "There is no service 'acme.Chat'. There are: causeway.chat.v1.ChatService.",
  });
});

test("who watches hears the status at once and the stop when it comes, which ends the watch", async () => {
  const { health, client } = setUp();
  const heard: Status[] = [];
  for await (const { status } of client.watch({ service: "causeway.chat.v1.ChatService" })) {
    heard.push(status);
    health.stop();
  }
  expect(heard).toEqual([Status.SERVING, Status.NOT_SERVING]);
});

test("who watches a service that there is none of hears that, and goes on watching until the stop", async () => {
  const { health, client } = setUp();
  const heard: Status[] = [];
  for await (const { status } of client.watch({ service: "acme.Chat" })) {
    heard.push(status);
    health.stop();
  }
  expect(heard).toEqual([Status.SERVICE_UNKNOWN]);
});

test("a watch ends with its client", async () => {
  const { client } = setUp();
  const abort = new AbortController();
  const watch = async (): Promise<void> => {
    for await (const _ of client.watch({}, { signal: abort.signal })) abort.abort();
  };
  await expect(watch()).rejects.toMatchObject({ code: Code.Canceled });
});

test("a watch that begins after the stop is told and ends", async () => {
  const { health, client } = setUp();
  health.stop();
  const heard: Status[] = [];
  for await (const { status } of client.watch({})) heard.push(status);
  expect(heard.at(-1)).toBe(Status.NOT_SERVING);
});
