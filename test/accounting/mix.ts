import { randomOf } from "../soak/random.ts";
import { type Fate, fates } from "./fates.ts";
import { accessKeys, mockModels, rawModels } from "./places.ts";
import { type Way, ways } from "./ways.ts";

/** A call that is to be made. */
export interface Planned {
  /** Its x-request-id. Stands in its prompt. */
  readonly id: string;
  readonly fate: Fate;
  readonly way: Way;
  readonly stream: boolean;
  readonly model: string;
  readonly prompt: string;
  readonly key: string;
  readonly tags: readonly string[];
  readonly endUser: string;
  readonly session: string;
}

const tagNames = ["nightly", "team-a", "team-b", "trial"];
const filler = "Say it in few words, and leave nothing out that matters to whoever reads it. ";

/** The same calls for the same seed. With the first ones each model answers once: from then on its name is known. */
export function planCalls(seed: number, count: number): Planned[] {
  const models = [...mockModels, ...rawModels];
  return Array.from({ length: count }, (_, nth) => planCall(seed, nth, models[nth]));
}

/** `first`: the model that it is to be an answer of. */
function planCall(seed: number, nth: number, first: string | undefined): Planned {
  const id = `call-${seed}-${String(nth).padStart(4, "0")}`;
  const random = randomOf(seed, id);
  const fate = first === undefined ? pickFate(random.next()) : answeredFate(first);
  const way = random.pick(ways.filter((one) => fate.fits?.(one) ?? true));
  return {
    ...{ id, fate, way },
    stream: !way.embeds && (fate.stream ?? random.happens(0.5)),
    model: first ?? random.pick(fate.models),
    prompt: `This is ${id}. ${filler.repeat(Math.floor(random.between(0, 20)))}`,
    key: random.pick(accessKeys),
    tags: tagNames.filter(() => random.happens(0.3)),
    endUser: way.saysEndUser ? `user-${Math.floor(random.between(0, 5))}` : "",
    session: random.happens(0.5) ? `session-${Math.floor(random.between(0, 8))}` : "",
  };
}

const total = fates.reduce((sum, { share }) => sum + share, 0);

function pickFate(at: number): Fate {
  let left = at * total;
  const fate = fates.find(({ share }) => {
    left -= share;
    return left < 0;
  });
  if (fate === undefined) throw new RangeError("there are no fates");
  return fate;
}

function answeredFate(model: string): Fate {
  const fate = fates.find(({ ends, models }) => ends === "answered" && models.includes(model));
  if (fate === undefined) throw new RangeError(`nothing answers as ${model}`);
  return fate;
}
