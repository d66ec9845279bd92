import type { Switches } from '@/sandbox/switches';

export type Modules = Record<string, unknown>;
/** When a module appears on the page of today. */
export type Phase = 'start' | 'session' | 'login' | 'demand';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** `'WAWebCollections.Msg': 'Messages'` moves the member of that module to another name. */
function rename(name: string, exports: unknown, renamed: Record<string, string>): unknown {
  const moves = Object.entries(renamed).filter(([path]) => path.startsWith(`${name}.`));
  if (moves.length === 0 || typeof exports !== 'object' || exports === null) return exports;
  const copy: Record<string, unknown> = { ...exports };
  for (const [path, to] of moves) {
    const from = path.slice(name.length + 1);
    copy[to] = copy[from];
    delete copy[from];
  }
  return copy;
}

/** `window.require` and what stands behind it: the table of modules, and the loader for those that come on demand. */
export function createRegistry(switches: Switches) {
  const registered = new Map<string, unknown>();
  /** As `require('__debug').modulesMap` of the real page: every registered module by name. */
  const modulesMap: Record<string, { id: string; exports: unknown; factory: null; dependencies: string[] }> = {};
  const bundles = new Map<string, Modules>();

  function register(modules: Modules): void {
    for (const [name, exports] of Object.entries(modules)) {
      if (switches.missingModules.includes(name)) continue;
      const final = rename(name, exports, switches.renamedMembers);
      registered.set(name, final);
      modulesMap[name] = { id: name, exports: final, factory: null, dependencies: [] };
    }
  }

  function requireModule(name: string): unknown {
    if (!registered.has(name)) throw new Error(`Requiring unknown module "${name}"`);
    return registered.get(name);
  }

  const bootloader = {
    __debug: { componentMap: bundles },
    /** Throws for a component that does not exist, as the real one. */
    loadModules(components: string[], callback?: (...modules: unknown[]) => void, _context?: string): void {
      for (const name of components) if (!bundles.has(name)) throw new Error(`Bootloader: unknown component ${name}`);
      setTimeout(() => {
        for (const name of components) register(bundles.get(name) ?? {});
        callback?.(...components.map((name) => registered.get(name)));
      }, 20);
    },
  };

  return {
    require: requireModule,
    modulesMap,
    bootloader,
    register,
    /** Modules that the page loads only when its component is asked for. */
    offer(component: string, modules: Modules): void {
      if (switches.progressiveModules) bundles.set(component, { [component]: {}, ...modules });
      else register(modules);
    },
    /** All at once, or in a few batches with pauses between. */
    async registerSlowly(modules: Modules, batches: number, pauseMs: number): Promise<void> {
      const entries = Object.entries(modules);
      if (!switches.progressiveModules) return register(modules);
      const size = Math.ceil(entries.length / batches);
      for (let at = 0; at < entries.length; at += size) {
        if (at > 0) await sleep(pauseMs);
        register(Object.fromEntries(entries.slice(at, at + size)));
      }
    },
  };
}

export type Registry = ReturnType<typeof createRegistry>;
