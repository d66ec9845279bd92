import { createEvents, type Events } from './emitter';
import type { Model } from './model';
import { textOf } from './texts';

/** What identifies a model: a text, or an object whose `toString()` is that text. */
type Id = { toString(): string };
type Identified = Model<{ id: Id }>;

export type Collection<M extends Identified> = Events & {
  get(id: Id | null | undefined): M | undefined;
  /** Like `get`, and asks the network where the page does not know. Rejects when there is no such thing. */
  find(id: Id): Promise<M>;
  /** Adds what is not there yet; tells `add` unless `silent`. */
  add(model: M, options?: { silent?: boolean }): M;
  remove(id: Id): void;
  reset(): void;
  getModelsArray(): M[];
  serialize(): unknown[];
  readonly length: number;
};

export function createCollection<M extends Identified>(options?: {
  load?: (id: Id) => Promise<M>;
  /** Says what its models say; a chat's own list of messages does not, since those speak in `Msg` already. */
  repeats?: boolean;
  compare?: (a: M, b: M) => number;
}): Collection<M> {
  const events = createEvents();
  const models = new Map<string, M>();
  const repeats = options?.repeats ?? true;

  const collection: Collection<M> = {
    ...events,
    get: (id) => (id === null || id === undefined ? undefined : models.get(textOf(id))),
    async find(id) {
      const known = collection.get(id);
      if (known) return known;
      if (!options?.load) throw new Error(`not found: ${id}`);
      return collection.add(await options.load(id));
    },
    add(model, { silent = false } = {}) {
      const known = models.get(textOf(model.id));
      if (known) return known;
      models.set(textOf(model.id), model);
      if (repeats) model.on('all', (name: string, ...args: unknown[]) => events.trigger(name, ...args));
      if (!silent) events.trigger('add', model, collection, {});
      return model;
    },
    remove(id) {
      const model = models.get(textOf(id));
      if (!model) return;
      models.delete(textOf(id));
      events.trigger('remove', model, collection, {});
    },
    reset: () => models.clear(),
    getModelsArray() {
      const all = [...models.values()];
      return options?.compare ? all.sort(options.compare) : all;
    },
    serialize: () => collection.getModelsArray().map((model) => model.serialize()),
    get length() {
      return models.size;
    },
  };
  return collection;
}
