/**
 * What time it is on the server. A QR's end is told in the server's time, and a computer whose clock is minutes off would show a
 * dead code, or none at all. Every answer carries a Date header, good to a second.
 */
let offsetMs = 0;
const NOISE_MS = 2_500;

export const serverClock = {
  observe(dateHeader: string | null) {
    const told = dateHeader === null ? Number.NaN : Date.parse(dateHeader);
    if (Number.isNaN(told)) return;
    // The header is cut to the second: half a second later is the best guess.
    const offset = told + 500 - Date.now();
    offsetMs = Math.abs(offset) < NOISE_MS ? 0 : offset;
  },
  now: () => Date.now() + offsetMs,
};
