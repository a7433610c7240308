import fc from "fast-check";
import { expect, test } from "vitest";
import type { ErrorCode } from "../../src/core/error.ts";
import { type Attempt, causeOf, type FallbackSwitches, fallbackCauses, type Step } from "../../src/core/routing.ts";
import { createWorld, failure, target, type World } from "./world.ts";

/** Whatever places answer, an exchange comes to an end, by the rules, and leaves nothing held. */

const codes = [
  "rate_limited",
  "quota_exceeded",
  "upstream_error",
  "upstream_unreachable",
  "upstream_cut",
  "upstream_overloaded",
  "upstream_timeout",
  "upstream_unauthenticated",
  "permission_denied",
  "context_length_exceeded",
  "content_filtered",
  "invalid_request",
  "not_found",
] as const satisfies readonly ErrorCode[];

interface Said {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | null;
}

const said: fc.Arbitrary<Said> = fc.record({
  code: fc.constantFrom(...codes),
  retryAfterMs: fc.option(fc.constantFrom(0, 500, 5000, 60_000)),
});

const switches = fc
  .tuple(...fallbackCauses.map(() => fc.boolean()))
  .map((on) => Object.fromEntries(fallbackCauses.map((cause, at) => [cause, on[at]])) as FallbackSwitches);

const scenario = fc.record({
  keys: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
  fallbackOn: switches,
  retries: fc.integer({ min: 0, max: 3 }),
  exchanges: fc.array(fc.array(fc.option(said, { freq: 6, nil: undefined }), { maxLength: 30 }), {
    minLength: 1,
    maxLength: 6,
  }),
  pauses: fc.array(fc.constantFrom(0, 1000, 40_000, 400_000), { minLength: 6, maxLength: 6 }),
  seed: fc.integer(),
});

interface Made {
  readonly attempt: Attempt;
  readonly code: ErrorCode | undefined;
}

/** Plays one exchange. What is beyond the script is answered. */
function play(world: World, script: readonly (Said | undefined)[]) {
  const { clock } = world;
  const deadline = clock.now() + 120_000;
  const { route } = world.route("plan", { deadline });
  const made: Made[] = [];
  let cooling = 0;
  let step: Step = route.next();
  for (let turn = 0; step.kind !== "fail"; step = route.next()) {
    turn += 1;
    if (turn > 1000) throw new Error("it goes on for ever");
    if (step.kind === "wait") {
      if (step.why === "cooldown") cooling += step.ms;
      clock.advance(step.ms);
      expect(clock.now()).toBeLessThanOrEqual(deadline);
      continue;
    }
    const { attempt } = step;
    const answer = script[made.length];
    made.push({ attempt, code: answer?.code });
    if (answer === undefined) {
      attempt.begun(1000);
      attempt.end({ kind: "ok", usage: undefined, costNanoUsd: null, durationUs: 2000 });
      return { made, error: undefined, cooling };
    }
    attempt.end(failure(answer.code, answer.retryAfterMs ?? undefined));
  }
  return { made, error: step.error, cooling };
}

const nameOf = ({ target: { upstream, model } }: Attempt): string => `${upstream.name}/${model}`;

test("an exchange ends by the rules, however its places fail", () => {
  fc.assert(
    fc.property(scenario, ({ keys, fallbackOn, retries, exchanges, pauses, seed }) => {
      const names = keys.map((_, at) => `p${at}`);
      const world = createWorld({
        providers: Object.fromEntries(keys.map((count, at) => [`p${at}`, count])),
        plan: { targets: names.map((name) => target(`${name}/m`)), fallbackOn },
        settings: { retries },
        seed,
      });
      exchanges.forEach((script, at) => {
        const { made, error, cooling } = play(world, script);
        expect(cooling).toBeLessThan(10_000);

        const failed = made.filter(({ code }) => code !== undefined);
        // what is wrong with the request is said at once
        const final = failed.findIndex(({ code }) => code !== undefined && causeOf(code) === undefined);
        if (final >= 0) {
          expect(final).toBe(made.length - 1);
          expect(error?.code).toBe(failed[final]?.code);
        }
        // a place is left only for a cause that may be fallen back on
        failed.forEach(({ attempt, code }, i) => {
          const next = made[i + 1];
          const cause = code && causeOf(code);
          if (next === undefined || cause === undefined || nameOf(next.attempt) === nameOf(attempt)) return;
          expect(fallbackOn[cause]).toBe(true);
        });
        // a server is given up after its retries
        for (const name of names) {
          const broken = failed.filter(
            ({ attempt, code }) => nameOf(attempt) === `${name}/m` && code && causeOf(code) === "server_error",
          );
          expect(broken.length).toBeLessThanOrEqual(retries + 1);
        }
        // nothing is made up
        if (error !== undefined && made.length > 0) {
          const limits: ErrorCode[] = ["rate_limited", "quota_exceeded"];
          expect([...failed.map(({ code }) => code), ...limits]).toContain(error.code);
        }
        for (const { inFlight } of world.health.credentials()) expect(inFlight).toBe(0);
        for (const { inFlight } of world.health.latencies()) expect(inFlight).toBe(0);
        world.clock.advance(pauses[at] ?? 0);
      });
    }),
    { numRuns: 400 },
  );
});
