/** What the page itself knows of ids whose `toString()` says nothing. */
const texts = new WeakMap<object, string>();

export const setText = (id: object, text: string): void => void texts.set(id, text);

/** The text of an id: its own, or what `toString()` returns. */
export const textOf = (id: { toString(): string }): string =>
  (typeof id === 'object' ? texts.get(id) : undefined) ?? id.toString();
