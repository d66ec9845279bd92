import type { PageCall, PageFrame, ServerFrame } from '@/sandbox/protocol';

type Distribute<T> = T extends unknown ? Omit<T, 'type' | 'rid'> : never;
export type Ask = Distribute<PageCall>;

/** An answer of the network that says no. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

type Waiting = { resolve(value: unknown): void; reject(error: Error): void };

/** One socket at a time to the sandbox, opened again by itself with a growing pause; calls wait for their answers. */
export function createConnection(
  url: string,
  on: { open(): void; frame(frame: Exclude<ServerFrame, { type: 'reply' }>): void; opening(): void; lost(): void },
) {
  let socket: WebSocket | null = null;
  let wanted = true;
  let pause = 100;
  let nextRid = 1;
  const waiting = new Map<number, Waiting>();

  function settle(frame: Extract<ServerFrame, { type: 'reply' }>): void {
    const call = waiting.get(frame.rid);
    waiting.delete(frame.rid);
    if (frame.ok) call?.resolve(frame.value);
    else call?.reject(new Refused(frame.code, frame.message));
  }

  function open(): void {
    on.opening();
    const current = new WebSocket(url);
    socket = current;
    current.onopen = () => {
      pause = 100;
      on.open();
    };
    current.onmessage = ({ data }) => {
      const frame = JSON.parse(String(data)) as ServerFrame;
      if (frame.type === 'reply') settle(frame);
      else on.frame(frame);
    };
    current.onclose = () => {
      if (socket !== current) return;
      socket = null;
      for (const call of waiting.values()) call.reject(new Refused('OFFLINE', 'the connection was lost'));
      waiting.clear();
      on.lost();
      if (!wanted) return;
      setTimeout(open, pause);
      pause = Math.min(pause * 2, 2000);
    };
  }

  function send(frame: PageFrame): boolean {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  return {
    start: open,
    send,
    /** Rejects with Refused: what the network says, or OFFLINE when nobody can say whether it got through. */
    call<T>(ask: Ask): Promise<T> {
      const rid = nextRid++;
      return new Promise<T>((resolve, reject) => {
        waiting.set(rid, { resolve: (value) => resolve(value as T), reject });
        if (send({ ...ask, type: 'call', rid } as PageCall)) return;
        waiting.delete(rid);
        reject(new Refused('OFFLINE', 'there is no connection'));
      });
    },
    stop(): void {
      wanted = false;
      socket?.close();
    },
    reconnect(): void {
      wanted = true;
      if (socket) socket.close();
      else open();
    },
  };
}

export type Connection = ReturnType<typeof createConnection>;
