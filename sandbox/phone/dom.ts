type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

/** An element: text stays text, `onclick` and the like are listeners, `true` is an empty attribute and `false` none. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

/** A button; a failure of what it does is shown by `onError`. */
export function button(
  label: string | Node,
  act: () => unknown,
  options: { class?: string; title?: string; onError?: (error: unknown) => void } = {},
): HTMLButtonElement {
  const { title } = options;
  const named: Attributes = title === undefined ? {} : { title, 'aria-label': title };
  const element = h('button', { type: 'button', class: options.class ?? '', ...named }, label);
  element.addEventListener('click', async () => {
    element.disabled = true;
    try {
      await act();
    } catch (error) {
      options.onError?.(error);
    } finally {
      element.disabled = false;
    }
  });
  return element;
}

const paths = {
  image: 'M4 7h3l2-2h6l2 2h3v12H4zM12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z',
  voice: 'M12 3.5a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0V6A2.5 2.5 0 0 1 12 3.5zM6 11a6 6 0 0 0 12 0M12 17v3.5',
  turn: 'M4 8h14M15 5l3 3-3 3M20 16H6M9 13l-3 3 3 3',
  send: 'M4 12 20 5l-5 15-3-6z',
};

/** Drawn, not an emoji: a machine without fonts of its own shows it too. */
export function icon(name: keyof typeof paths): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', paths[name]);
  svg.append(path);
  return svg;
}
