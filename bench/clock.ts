/** Milliseconds of the machine's monotonic clock: one clock for every process, so a moment here and a moment there can be compared. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;
