// @ts-check
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';

/** A log that has grown past this is put aside at the next start. */
const LOG_BYTES = 10 * 1024 * 1024;

/**
 * A process that we keep: its own group, so that a Ctrl-C reaches it through us and in order; its errors and output in a log. When we
 * die without a word, a shell on a pipe of ours tells it to stop.
 * @typedef {{ name: string, exited: Promise<number | string>, kill: (signal: NodeJS.Signals) => void, isOver: () => boolean, logFile: string }} Child
 *
 * @param {{ name: string, args: string[], env: Record<string, string>, logFile: string, firstLine?: boolean, show?: boolean }} options
 *   `firstLine`: stdout is a pipe and `line` resolves with its first line; `show`: output to the terminal too, in place of the log
 * @returns {Child & { line: Promise<string> }}
 */
export function startChild({ name, args, env, logFile, firstLine = false, show = false }) {
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  if (existsSync(logFile) && statSync(logFile).size > LOG_BYTES) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a', 0o600);
  const out = show ? 'inherit' : log;
  const child = spawn(process.execPath, args, {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', firstLine ? 'pipe' : out, out],
  });
  closeSync(log);
  const guard = spawn('/bin/sh', ['-c', 'read _; kill -TERM "$1"', 'sh', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => {});
  guard.unref();
  /** @type {number | string | null} */
  let over = null;
  /** @type {Promise<number | string>} */
  const exited = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  exited.then((how) => {
    over = how;
    guard.kill('SIGKILL');
  });
  return {
    name,
    exited,
    logFile,
    isOver: () => over !== null,
    kill(signal) {
      if (over !== null || child.pid === undefined) return;
      try {
        // the whole group at the end, the process itself while it may still put things in order
        process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal);
      } catch {
        // it ended in this moment
      }
    },
    line: new Promise((resolve) => {
      let text = '';
      child.stdout?.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
        const end = text.indexOf('\n');
        if (end >= 0) resolve(text.slice(0, end));
      });
    }),
  };
}

/** The end of a child's log, for an error message. */
export function lastLines(/** @type {Child} */ { logFile }, count = 20) {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}

/**
 * Ends children in the given order on SIGINT, SIGTERM and SIGHUP, each before the next; a second signal ends all at once. npm passes
 * on a signal that a terminal has already sent to everybody, so what comes within a second is the same one.
 * @param {() => Child[]} children
 * @param {() => void} onStop
 */
export function stopInOrder(children, onStop) {
  let since = 0;
  const stop = async () => {
    if (since > 0) {
      if (Date.now() - since < 1_000) return;
      for (const child of children()) child.kill('SIGKILL');
      process.exit(130);
    }
    since = Date.now();
    onStop();
    for (const child of children()) {
      child.kill('SIGTERM');
      await child.exited;
    }
    process.exit(0);
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, stop);
}
