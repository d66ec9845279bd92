/** Runs pieces of work one after another, in the order in which they were asked for; one that fails does not stop the next. */
export type InOrder = {
  <Result>(work: () => Promise<Result>): Promise<Result>;
  /**
   * The same for work that can be done together: items for the same `run` that wait next to each other become one call, which
   * answers for each of them.
   */
  together<Item, Result>(run: (items: Item[]) => Promise<Result[]>, item: Item): Promise<Result>;
};

type Joined = { run: unknown; items: unknown[]; started: boolean; results: Promise<unknown[]> };

export function createInOrder(): InOrder {
  let last: Promise<unknown> = Promise.resolve();
  let tail: Joined | null = null;

  function append<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  }

  const inOrder = <Result>(work: () => Promise<Result>): Promise<Result> => {
    tail = null;
    return append(work);
  };

  inOrder.together = async <Item, Result>(run: (items: Item[]) => Promise<Result[]>, item: Item): Promise<Result> => {
    if (!tail || tail.started || tail.run !== run) {
      const items: Item[] = [];
      const joined: Joined = { run, items, started: false, results: Promise.resolve([]) };
      joined.results = append(async () => {
        joined.started = true;
        return run(items);
      });
      tail = joined;
    }
    const index = tail.items.push(item) - 1;
    return (await tail.results)[index] as Result;
  };

  return inOrder;
}
