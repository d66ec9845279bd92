// @ts-check
import process from 'node:process';

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (/** @type {number} */ code) => (/** @type {string} */ text) =>
  colour ? `\u001b[${code}m${text}\u001b[0m` : text;
export const dim = paint(2);
export const bold = paint(1);
export const green = paint(32);
export const red = paint(31);
export const yellow = paint(33);

/**
 * Shows one step: its name at once, then what it does, then how long it took.
 * @template T
 * @param {string} name
 * @param {(say: (line: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  const start = Date.now();
  const seconds = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
  console.log(`${dim('…')} ${name}`);
  // a long step says now and then that it is alive
  const alive = setInterval(() => console.log(dim(`    … ${seconds()}`)), 10_000);
  try {
    const result = await work((line) => console.log(dim(`    ${line}`)));
    console.log(`${green('✓')} ${name} ${dim(seconds())}`);
    return result;
  } finally {
    clearInterval(alive);
  }
}

/** Shows what went wrong, without a stack: the message is written for the reader. */
export function fail(/** @type {unknown} */ error) {
  console.error(`\n${red('✗')} ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
