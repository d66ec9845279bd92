// @ts-check
import { watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {import('./children.mjs').Child} Child */

/** What a server's own orderly end may take; then it is killed. */
const END_MS = 20_000;
const SOURCE = /\.(ts|mjs|sql)$/;

/**
 * Keeps a server running while its sources change: started again when one is saved (after an end in order, which keeps its sessions) and
 * when somebody kills it. One that ends by itself, with an exit code, waits for the next change. Each of these is said in words.
 * @param {{ start: () => Child, folders: string[], say: (line: string) => void }} options `folders`: whose files are its sources
 */
export function keepFresh({ start, folders, say }) {
  let child = start();
  let stopping = false;
  let stale = false;
  /** @type {NodeJS.Timeout | undefined} */
  let settling;
  /** @type {(() => void) | null} */
  let tellOfChange = null;

  async function end(/** @type {Child} */ ending) {
    ending.kill('SIGTERM');
    const over = await Promise.race([ending.exited, sleep(END_MS, null, { ref: false })]);
    if (over === null) ending.kill('SIGKILL');
  }

  function onChange(/** @type {string | null} */ file) {
    if (stopping || !SOURCE.test(file ?? '')) return;
    // an editor writes a file several times, and a checkout many files
    clearTimeout(settling);
    settling = setTimeout(() => {
      if (tellOfChange) tellOfChange();
      else if (!child.isOver()) {
        stale = true;
        void end(child);
      }
    }, 150);
  }

  async function keep() {
    while (!stopping) {
      const how = await child.exited;
      if (stopping) return;
      if (stale) {
        say('Cambió el código: el servidor arranca de nuevo · the code changed: the server starts again');
      } else if (typeof how === 'number') {
        say(
          `El servidor terminó (código ${how}); al guardar un cambio arranca otra vez · ` +
            `the server ended (code ${how}); a saved change starts it again`,
        );
        await new Promise((resolve) => {
          tellOfChange = () => resolve(null);
        });
        tellOfChange = null;
      } else {
        say(`Mataron al servidor (${how}): arranca de nuevo · the server was killed (${how}): it starts again`);
        await sleep(1_000);
      }
      stale = false;
      if (!stopping) child = start();
    }
  }

  const watchers = folders.map((folder) => watch(folder, { recursive: true }, (_event, file) => onChange(file)));
  void keep();
  return {
    /** The one that runs now, or that ended last. */
    current: () => child,
    /** Starts nothing any more; what runs is the caller's to end. */
    stop() {
      stopping = true;
      clearTimeout(settling);
      for (const watcher of watchers) watcher.close();
    },
  };
}
