/**
 * Pages that differ from the sandbox's in ways that it has no switch for: a script of ours runs before the page's own and hands out
 * changed views of its modules. The page itself goes on with what it has, as it would after a release of WhatsApp.
 */

/** Runs in the page, before it: what the scripts of `drifts.ts` are written with. */
const kit = `
const drift = (() => {
  const changes = new Map();
  const known = new WeakMap();
  /** The same object, in which some properties are others; a getter among them is asked each time. */
  const view = (target, over) => new Proxy(target, {
    get: (object, name) => (name in over ? over[name] : Reflect.get(object, name)),
    set: (object, name, value) => { (name in over ? over : object)[name] = value; return true; },
    has: (object, name) => (name in over ? over[name] !== undefined : name in object),
  });
  const change = (name, plain) => {
    let value = plain;
    for (const next of changes.get(name) ?? []) value = next(value);
    return value;
  };
  const module = (name, next) => changes.set(name, [...(changes.get(name) ?? []), next]);
  /** 'Module.member.member': that member becomes what \`next\` makes of it. */
  const member = (path, next) => {
    const [name, ...members] = path.split('.');
    const inside = (owner, [first, ...rest]) => {
      const over = {};
      let done;
      let had = false;
      const make = () => {
        const present = owner[first];
        if (had && done.of === present) return done.value;
        had = true;
        done = { of: present, value: rest.length > 0 ? (present && inside(present, rest)) : next(present, owner) };
        return done.value;
      };
      Object.defineProperty(over, first, { get: make, set: (value) => { done = { of: owner[first], value }; had = true; } });
      return view(owner, over);
    };
    module(name, (exports) => inside(exports, members));
  };
  let real;
  const require = (name) => {
    const plain = real(name);
    if (typeof plain !== 'object' && typeof plain !== 'function') return change(name, plain);
    if (!known.has(plain)) known.set(plain, change(name, plain));
    return known.get(plain);
  };
  Object.defineProperty(window, 'require', {
    configurable: true,
    get: () => undefined,
    set(value) {
      real = value;
      Object.defineProperty(window, 'require', { value: require, writable: true, configurable: true });
      for (const then of installed) then();
    },
  });
  const installed = [];
  /** Every message model that leaves the page is a view with these properties, \`over(model)\`, wherever it is met. */
  const models = (over) => {
    const views = new WeakMap();
    const back = new WeakMap();
    const of = (model) => {
      if (!model || typeof model !== 'object' || back.has(model)) return model;
      if (!views.has(model)) {
        const changed = view(model, over(model));
        views.set(model, changed);
        back.set(changed, model);
      }
      return views.get(model);
    };
    const collection = (plain) => view(plain, {
      on: (names, listener, context) => plain.on(names, (first, ...rest) => listener(of(first), ...rest), context),
      get: (id) => of(plain.get(id)),
      getModelsArray: () => plain.getModelsArray().map(of),
    });
    const chats = new WeakMap();
    const chat = (plain) => {
      if (!plain) return plain;
      if (!chats.has(plain)) chats.set(plain, view(plain, { msgs: collection(plain.msgs) }));
      return chats.get(plain);
    };
    member('WAWebCollections.Msg', collection);
    member('WAWebCollections.Chat', (plain) => view(plain, {
      get: (id) => chat(plain.get(id)),
      getModelsArray: () => plain.getModelsArray().map(chat),
    }));
    member('WAWebChatLoadMessages.loadEarlierMsgs', (plain) => async (given) => (await plain(given)).map(of));
  };
  /** What a model says of itself, with these fields in place of its own. */
  const said = (model, fields) => {
    const all = { ...model.serialize(), ...fields };
    for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
    return all;
  };
  return { module, member, models, view, said, real: (name) => real(name), whenInstalled: (then) => installed.push(then) };
})();
`;

/** The page with `script` before its own scripts; `script` may use `drift`. */
export function driftedPage(html: string, script: string): string {
  const at = html.indexOf('<script');
  if (at < 0) throw new Error('this page has no script');
  return `${html.slice(0, at)}<script>${kit}\n${script}</script>\n${html.slice(at)}`;
}
