/**
 * Runs pieces of work of one kind together: what is asked for in the same turn, or while a batch is under way, is the next batch. Nobody
 * waits longer than in a queue, and a queue of a hundred is two batches. `run` answers for each item, in their order; when it throws,
 * each item has a turn of its own, so that one cannot spoil the others.
 */
export function createBatches<Item, Result>(options: {
  run: (items: Item[]) => Promise<Result[]>;
  onIdle?: () => void;
  most?: number;
}) {
  const { run, onIdle, most = 100 } = options;
  type Waiting = { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void };
  const waiting: Waiting[] = [];
  let running = false;

  async function serve(batch: Waiting[]): Promise<void> {
    try {
      const results = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const one of batch) await serve([one]);
    }
  }

  async function drain(): Promise<void> {
    running = true;
    // the requests of one HTTP batch come in the same turn
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) await serve(waiting.splice(0, most));
    running = false;
    onIdle?.();
  }

  return {
    add: (item: Item): Promise<Result> =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (!running) void drain();
      }),
  };
}
