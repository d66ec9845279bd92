/** How long each phase may take, and how often is tried again; all in milliseconds. Tests shorten them. */
export type Timing = {
  /** From start to the first code, or to the page's sign that the link is there. */
  start: number;
  /** From the phone's yes to ready. */
  sync: number;
  /** How long codes are shown to nobody before the session is parked. */
  pairing: number;
  /** Waits between one failure and the next try; the last one repeats. */
  backoff: readonly number[];
  /** Connected this long: the next failure starts at the first wait again. */
  steady: number;
  /** Tries that may fail in a row, with a link and without one. */
  maxFailures: { linked: number; unlinked: number };
  /** After giving up, or where only a person can help: tried again this seldom, while there is a link. */
  seldom: number;
  /** What is on its way when a session stops gets this long. */
  drain: number;
};

export const TIMING: Timing = {
  start: 90_000,
  sync: 180_000,
  pairing: 5 * 60_000,
  backoff: [1_000, 2_000, 5_000, 10_000, 30_000, 60_000],
  steady: 2 * 60_000,
  maxFailures: { linked: 8, unlinked: 3 },
  seldom: 10 * 60_000,
  drain: 6_000,
};
