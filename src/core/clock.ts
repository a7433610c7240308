/** Time, passed in so that tests can turn it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Microseconds on a clock that never goes back. */
  micros(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  micros: () => Math.round(performance.now() * 1000),
};
