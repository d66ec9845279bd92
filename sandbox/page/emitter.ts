export type Listener = (...args: never[]) => unknown;

/** Backbone's events, as far as they are used: several names in one string, `once`, and removal by function. */
export type Events = {
  on(names: string, listener: Listener, context?: unknown): void;
  once(names: string, listener: Listener, context?: unknown): void;
  off(names?: string, listener?: Listener): void;
  trigger(names: string, ...args: unknown[]): void;
  listenerCount(name: string): number;
};

type Entry = { listener: Listener; context: unknown; once: boolean };

const split = (names: string): string[] => names.split(/\s+/).filter(Boolean);

/** `all` hears every event with its name first, as in Backbone: collections use it to repeat what their models say. */
export function createEvents(): Events {
  const entries = new Map<string, Entry[]>();

  function add(names: string, entry: Entry): void {
    for (const name of split(names)) entries.set(name, [...(entries.get(name) ?? []), entry]);
  }

  function call(key: string, args: unknown[]): void {
    for (const entry of entries.get(key) ?? []) {
      if (entry.once) {
        const left = (entries.get(key) ?? []).filter((other) => other !== entry);
        entries.set(key, left);
      }
      try {
        entry.listener.apply(entry.context, args as never[]);
      } catch (error) {
        // A listener of somebody else must not stop the page.
        console.error(error);
      }
    }
  }

  return {
    on: (names, listener, context) => add(names, { listener, context, once: false }),
    once: (names, listener, context) => add(names, { listener, context, once: true }),
    off(names, listener) {
      for (const name of names === undefined ? [...entries.keys()] : split(names)) {
        const left = listener ? (entries.get(name) ?? []).filter((entry) => entry.listener !== listener) : [];
        entries.set(name, left);
      }
    },
    trigger(names, ...args) {
      for (const name of split(names)) {
        call(name, args);
        if (name !== 'all') call('all', [name, ...args]);
      }
    },
    listenerCount: (name) => entries.get(name)?.length ?? 0,
  };
}
