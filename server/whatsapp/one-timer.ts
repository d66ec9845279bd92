/** One timer at a time: setting it again, or clearing it, forgets what was set before. */
export function createOneTimer(run: (work: () => Promise<void>) => void) {
  let timer: NodeJS.Timeout | null = null;
  const clear = () => {
    if (timer) clearTimeout(timer);
    timer = null;
  };
  return {
    clear,
    pending: () => timer !== null,
    set(ms: number, work: () => Promise<void>): void {
      clear();
      timer = setTimeout(() => {
        timer = null;
        run(work);
      }, ms);
    },
  };
}
