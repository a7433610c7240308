import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BreakerState, CredentialState } from "../../gen/causeway/admin/v1/admin_pb.ts";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { GatewayError } from "../../src/core/error.ts";
import { failureFor } from "../scenarios/expectation.ts";
import { type Case, configOf, earlyCases, expectationOf, lateCases, planOf } from "./cases.ts";
import { textFor } from "./script.ts";
import { nameOfKey, secretOf } from "./server.ts";
import { attemptsOf, type FaultWorld, startWorld } from "./world.ts";

/** Every fault, at every moment, asked for in every way, whatever the gateway may do about it. */

let world: FaultWorld;
beforeAll(async () => {
  world = await startWorld((url) => configOf([...earlyCases, ...lateCases], url));
});
afterAll(() => world[Symbol.asyncDispose]());

const named = (cases: readonly Case[]): [string, Case][] =>
  cases.map((one) => [
    `${one.situation.name}, ${one.client.name}, ${one.stream ? "stream" : "whole"}: ${one.fault.name}`,
    one,
  ]);

const statusOf = ({ fault, dialect }: Case): number =>
  dialect === "anthropic" ? (fault.anthropicStatus ?? fault.status) : fault.status;

const grpcOf = (one: Case): number => new GatewayError(one.fault.code, "").grpcCode;

describe.concurrent("before any content is there", () => {
  test.for(named(earlyCases))("%s", async ([, one], { expect }) => {
    const { id, fault, situation, client, stream } = one;
    const expected = expectationOf(one);
    world.book.on(`${id}-1`, ...situation.scripts(fault));
    const outcome = await world.ask(client, id, { stream });

    if (expected.answeredBy === undefined) {
      expect(outcome.error, outcome.error?.message).toMatchObject(
        failureFor(client, statusOf(one), grpcOf(one), fault.code),
      );
      expect(outcome.error?.message).not.toContain(secretOf("")); // which some providers repeat
      expect(outcome.text).toBe("");
    } else {
      expect(outcome.error, outcome.error?.message).toBeUndefined();
      expect(outcome.text).toBe(textFor({ prompt: id }));
      expect(outcome.headers.get("causeway-target")).toBe(expected.answeredBy);
    }
    expect(outcome.headers.get("causeway-attempts")).toBe(String(expected.attempts.length));
    const [row] = await world.gateway.ledger.waitForRows(id, 1);
    expect(row).toMatchObject({
      status: expected.answeredBy === undefined ? Status.ERROR : Status.OK,
      errorCode: expected.answeredBy === undefined ? fault.code : "",
      attempts: expected.attempts.length,
      stream,
    });
    expect(attemptsOf(await world.explain(id))).toEqual(expected.attempts);
    expect(keysSeen(id)).toEqual(expected.keys);
  });
});

const keysSeen = (id: string): readonly string[][] =>
  [1, 2].map((place) => world.server.journal.of(`${id}-${place}`).map(({ asked }) => nameOfKey(asked.key)));

describe.concurrent("after content was sent", () => {
  test.for(named(lateCases))("%s", async ([, one], { expect }) => {
    const { id, fault, situation, client } = one;
    const { server, book, gateway } = world;
    book.on(`${id}-1`, ...situation.scripts(fault));
    const outcome = await world.ask(client, id, { stream: true, onText: () => server.release(`${id}-1`) });

    expect(outcome.error, outcome.error?.message).toMatchObject(failureFor(client, 0, grpcOf(one), fault.code));
    expect(outcome.text).not.toBe("");
    expect(textFor({ prompt: id }).startsWith(outcome.text)).toBe(true);
    const [row] = await gateway.ledger.waitForRows(id, 1);
    expect(row).toMatchObject({ status: Status.ERROR, errorCode: fault.code, attempts: 1 });
    expect(row?.usage?.outputTokens).toBeGreaterThan(0);
    expect(attemptsOf(await world.explain(id))).toEqual([`${planOf(one).places[0]} key-1: ${fault.code}`]);
    expect(keysSeen(id)).toEqual([["key-1"], []]);
  });
});

describe("afterwards", () => {
  test("the circuit breakers have counted what the providers did wrong, and nothing else", async () => {
    const breakers = await world.breakers();
    const counted = new Map(breakers.map(({ provider, model, ...rest }) => [`${provider}/${model}`, rest]));
    for (const one of [...earlyCases, ...lateCases]) {
      const [place = ""] = planOf(one).places;
      const tries = world.server.journal.of(`${one.id}-1`).length;
      const failures =
        one.fault.blame === "server" ? (lateCases.includes(one) ? 1 : expectationOf(one).faultyTries) : 0;
      const isLeft = one.situation.isHedged === true && one.fault.stalls === true; // which says nothing of the provider
      expect(counted.get(place), `${one.id} ${one.fault.name}`).toMatchObject({
        state: BreakerState.CLOSED,
        failures: BigInt(isLeft ? 0 : failures),
        ...(isLeft ? {} : { requests: BigInt(tries) }),
      });
    }
  });

  test("the credentials that were refused are out, and no others", async () => {
    const credentials = await world.credentials("");
    const states = new Map(credentials.map(({ provider, name, state }) => [`${provider} ${name}`, state]));
    for (const { id, fault } of [...earlyCases, ...lateCases]) {
      expect(states.get(`${id}-a key-1`), `${id} ${fault.name}`).toBe(stateAfter(fault.code));
    }
  });

  test("nothing is left: no exchange and no request runs", () => {
    expect(world.gateway.inFlight()).toBe(0);
    expect(world.server.journal.seen.filter(({ outcome }) => outcome === "running")).toEqual([]);
  });
});

function stateAfter(code: string): CredentialState {
  switch (code) {
    case "upstream_unauthenticated":
      return CredentialState.LOCKED;
    case "rate_limited":
    case "quota_exceeded":
    case "permission_denied":
      return CredentialState.COOLING;
    default:
      return CredentialState.READY;
  }
}
