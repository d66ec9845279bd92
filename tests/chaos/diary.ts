/** What happened when, since the start: for people who look into a failure. */
export function createDiary(say: (line: string) => void) {
  const started = Date.now();
  const lines: string[] = [];
  return {
    note(text: string): void {
      const line = `${((Date.now() - started) / 1000).toFixed(2).padStart(7)}  ${text}`;
      lines.push(line);
      say(line);
    },
    lines: (): readonly string[] => lines,
  };
}

export type Diary = ReturnType<typeof createDiary>;
