/** How much is measured. Rounds go ours, bare, bare, ours, … so that a machine that drifts drifts for both. */
export type Plan = {
  rounds: number;
  /** Starts of a new session, on each side and round. */
  starts: number;
  /** Messages one at a time, on each side and round. */
  messages: number;
  /** Messages with many in flight, on each side and round. */
  burst: number;
  inFlight: number;
  /** For the throughput of several sessions, and the memory of each. */
  sessions: number;
  /** Sessions up at the same time. */
  growth: number[];
  /** The bare library's browsers take so much that it is not taken to the end. */
  growthOfBare: number;
  subscribers: number[];
  /** How long sessions rest before their memory is read: a page that has just come up still frees what it needed for that. */
  settleMs: number;
  /** Events in the log. */
  logs: number[];
  /** How often each question is asked of a long log. */
  questions: number;
};

export const FULL: Plan = {
  rounds: 5,
  starts: 3,
  messages: 60,
  burst: 600,
  inFlight: 200,
  sessions: 4,
  growth: [1, 4, 8, 16],
  growthOfBare: 16,
  subscribers: [1, 10, 100],
  settleMs: 5_000,
  logs: [10_000, 1_000_000],
  questions: 100,
};

/** Everything once and small: whether the bench works, not how fast the product is. */
export const SHORT: Plan = {
  rounds: 1,
  starts: 1,
  messages: 5,
  burst: 20,
  inFlight: 10,
  sessions: 2,
  growth: [1, 2],
  growthOfBare: 2,
  subscribers: [1, 3],
  settleMs: 500,
  logs: [1_000, 5_000],
  questions: 5,
};
