/**
 * Whether live updates arrive: the WebSocket's own word, not the system's (`navigator.onLine` says no on a machine whose server
 * is local). `waiting` is before the first connection, `back` counts reconnections so that readers can catch up.
 */
export type Connection = { state: 'waiting' | 'live' | 'lost'; back: number };

let current: Connection = { state: 'waiting', back: 0 };
const listeners = new Set<() => void>();

function change(next: Connection) {
  current = next;
  for (const listener of listeners) listener();
}

export const connection = {
  get: () => current,
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
  opened() {
    change({ state: 'live', back: current.state === 'lost' ? current.back + 1 : current.back });
  },
  closed() {
    if (current.state !== 'lost') change({ ...current, state: 'lost' });
  },
};
