/** Runs pieces of work one after another, in the order in which they were asked for; one that fails does not stop the next. */
export type InOrder = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function createInOrder(): InOrder {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}
