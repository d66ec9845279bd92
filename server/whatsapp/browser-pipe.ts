import type { ChildProcess } from 'node:child_process';
import { Readable, Writable } from 'node:stream';

/** What puppeteer wants of a transport: messages as text, one each. */
export type PipeTransport = {
  send: (message: string) => void;
  close: () => void;
  onmessage?: (message: string) => void;
  /** A page's process died. Whoever only listens to pages cannot hear it of one that it has not attached to yet. */
  oncrash?: () => void;
  onclose?: () => void;
};

/**
 * Chromium's debugging protocol over file descriptors 3 (to the browser) and 4 (from it), each message ended by a NUL
 * (`--remote-debugging-pipe`). Messages are handed over one turn each, so that a burst cannot starve the process.
 */
export function createPipeTransport(child: ChildProcess): PipeTransport {
  const to = child.stdio[3];
  const from = child.stdio[4];
  if (!(to instanceof Writable) || !(from instanceof Readable)) throw new Error('The browser has no debugging pipe.');
  const pending: Buffer[] = [];
  let closed = false;

  const transport: PipeTransport = {
    send(message) {
      if (!closed) to.write(`${message}\0`);
    },
    close() {
      if (closed) return;
      closed = true;
      to.destroy();
      from.destroy();
    },
  };
  from.on('data', (chunk: Buffer) => {
    pending.push(chunk);
    if (!chunk.includes(0)) return;
    const bytes = Buffer.concat(pending.splice(0));
    let start = 0;
    for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
      const message = bytes.toString('utf8', start, end);
      if (transport.oncrash && message.includes('.targetCrashed"')) transport.oncrash();
      setImmediate(() => transport.onmessage?.(message));
      start = end + 1;
    }
    if (start < bytes.length) pending.push(bytes.subarray(start));
  });
  from.on('close', () => {
    closed = true;
    // After the messages that came before it.
    setImmediate(() => transport.onclose?.());
  });
  // A broken pipe is what a dead browser looks like; `close` follows and says it.
  to.on('error', () => undefined);
  from.on('error', () => undefined);
  return transport;
}
