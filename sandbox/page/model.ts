import { createEvents, type Events } from './emitter';

type ModelApi<Attributes> = Events & {
  /** Changes attributes; then `change:<name>` (model, value, before) for each that differs, and `change` (model). */
  set(change: Partial<Attributes>): void;
  serialize(): Record<string, unknown>;
  /** Models cross into Node by JSON as they are. */
  toJSON(): Record<string, unknown>;
};

/** Attributes are plain properties, readable and writable by anybody, as on the real page's models. */
export type Model<Attributes extends object> = Attributes & ModelApi<Attributes>;

type Serializable = { serialize(): unknown };
const canSerialize = (value: unknown): value is Serializable =>
  typeof value === 'object' && value !== null && 'serialize' in value && typeof value.serialize === 'function';

const plain = (value: unknown): unknown => (canSerialize(value) ? value.serialize() : value);

/** `hidden` are methods and links to other models: reachable, but not part of what is serialized. */
export function createModel<Attributes extends object, Hidden extends object = object>(
  attributes: Attributes,
  hidden?: Hidden,
): Model<Attributes> & Hidden {
  const events = createEvents();

  const api: ModelApi<Attributes> = {
    ...events,
    set(change) {
      const changed: [string, unknown, unknown][] = [];
      for (const [name, value] of Object.entries(change)) {
        const before: unknown = Reflect.get(model, name);
        if (before === value) continue;
        Reflect.set(model, name, value);
        changed.push([name, value, before]);
      }
      for (const [name, value, before] of changed) events.trigger(`change:${name}`, model, value, before);
      if (changed.length > 0) events.trigger('change', model);
    },
    serialize() {
      const shown = Object.entries(model).filter(([, value]) => typeof value !== 'function' && value !== undefined);
      return Object.fromEntries(shown.map(([name, value]) => [name, plain(value)]));
    },
    toJSON: () => api.serialize(),
  };

  const prototype = { ...api, ...hidden };
  const model = Object.assign(Object.create(prototype), attributes) as Model<Attributes> & Hidden;
  return model;
}
