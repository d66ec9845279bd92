/**
 * Modules that the library asks for although nothing that matters here depends on them. Where the page has lost one, or it no longer
 * does what it did, a stand-in keeps the library going: a text in either direction must not stop because the page renamed how it counts
 * calls.
 */
export const replaceableModules = [
  'WAWebOfflineHandler.OfflineMessageHandler.getOfflineDeliveryProgress',
  'WAWebAltDeviceLinkingApi',
  'WAWebAdvSignatureApi',
  'WAWebSyncGatingUtils',
  'WAWebCallCollection',
  'WALinkify.findLinks',
  'WALinkify.findLink',
  'WAWebChatGetters.getIsNewsletter',
  'WAWebChatGetters.getIsBroadcast',
  'WAWebGetEphemeralFieldsMsgActionsUtils.getEphemeralFields',
  'WAWebStreamModel.Stream.markAvailable',
  'WAWebStreamModel.Stream.markUnavailable',
];

/**
 * Runs inside the page, before the library: from now on `require` answers for these modules with the page's own, in which each member
 * that is missing, throws, or answers something of another kind (a promise, say) is made good by a stand-in; and with what a module of
 * `wanted` (`Module.member`) keeps under `default`. For everything else it is as it was.
 * @returns false: this page's `require` cannot be replaced
 */
export function standIn(wanted: string[]): boolean {
  type Loose = Record<string, unknown>;
  type Call = (...args: unknown[]) => unknown;
  type Chat = { id?: { server?: string } };
  type Require = ((name: string) => unknown) & { __omniwp?: boolean };
  const w = window as unknown as { require: Require };
  const ours: Record<string, Loose> = {
    WAWebOfflineHandler: { OfflineMessageHandler: { getOfflineDeliveryProgress: () => 100 } },
    WAWebAltDeviceLinkingApi: {},
    WAWebAdvSignatureApi: {},
    WAWebSyncGatingUtils: {},
    // What a QR is made of: a page that is linked needs none, and one that is not was found out before this.
    WABase64: {},
    WAWebCompanionRegClientUtils: {},
    WAWebUserPrefsInfoStore: {},
    WAWebSignalStoreApi: {},
    WALinkify: { findLinks: () => [], findLink: () => undefined },
    WAWebChatGetters: {
      getIsNewsletter: (chat: Chat) => chat.id?.server === 'newsletter',
      getIsBroadcast: (chat: Chat) => chat.id?.server === 'broadcast',
    },
    WAWebGetEphemeralFieldsMsgActionsUtils: { getEphemeralFields: () => ({}) },
    WAWebStreamModel: { Stream: { markAvailable: () => undefined, markUnavailable: () => undefined } },
  };
  const isObject = (value: unknown): value is Loose => typeof value === 'object' && value !== null;
  const isPromise = (value: unknown): boolean => isObject(value) && typeof value.then === 'function';
  const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);
  const attempt = (work: () => unknown): unknown => {
    try {
      return work();
    } catch {
      return undefined;
    }
  };

  /** The page's answer where it is of the kind that ours is; ours else. */
  const careful =
    (owner: Loose, own: Call, stand: Call): Call =>
    (...args) => {
      const answer = attempt(() => Reflect.apply(own, owner, args));
      const other = stand(...args);
      if (isPromise(answer)) (answer as Promise<unknown>).catch(() => undefined);
      const fits = other === undefined ? !isPromise(answer) : kindOf(answer) === kindOf(other) && !isPromise(answer);
      return fits ? answer : other;
    };
  const views = new WeakMap<object, unknown>();
  function complete(own: unknown, stand: Loose): unknown {
    if (!isObject(own) || isPromise(own)) return stand;
    if (Object.keys(stand).length === 0) return own;
    const known = views.get(own);
    if (known) return known;
    const member = (name: string): unknown => {
      const value = attempt(() => own[name]);
      const other = Object.hasOwn(stand, name) ? stand[name] : undefined;
      if (typeof other === 'function')
        return typeof value === 'function' ? careful(own, value as Call, other as Call) : other;
      return isObject(other) ? complete(value, other) : value;
    };
    // Not over `own` itself: what is frozen there could not be made good.
    const view = new Proxy({} as Loose, {
      get: (_, name) => (typeof name === 'string' ? member(name) : Reflect.get(own, name)),
      set: (_, name, value) => Reflect.set(own, name, value),
      has: (_, name) => name in own || name in stand,
      ownKeys: () => [...new Set([...Reflect.ownKeys(own), ...Reflect.ownKeys(stand)])],
      getOwnPropertyDescriptor: (_, name) => ({
        configurable: true,
        enumerable: true,
        writable: true,
        value: member(String(name)),
      }),
    });
    views.set(own, view);
    return view;
  }

  const membersOf = (name: string): string[] =>
    wanted.filter((path) => path.startsWith(`${name}.`)).map((path) => path.split('.')[1] ?? '');
  const has = (owner: unknown, members: string[]): boolean =>
    members.every((member) => attempt(() => (owner as Loose | null | undefined)?.[member]) !== undefined);
  function unwrapped(name: string, exports: unknown): unknown {
    const members = membersOf(name);
    const inner = isObject(exports) ? attempt(() => exports.default) : undefined;
    if (members.length === 0 || inner === undefined || !has(inner, members)) return exports;
    return typeof inner === 'function' || !has(exports, members) ? inner : exports;
  }

  const plain = w.require;
  if (plain.__omniwp) return true;
  const answer = (name: string): unknown => {
    // We do without news of calls, which the library takes out of the middle of the page.
    if (name === 'WAWebCallCollection') return {};
    const stand = ours[name];
    if (!stand) return unwrapped(name, plain(name));
    return complete(
      unwrapped(
        name,
        attempt(() => plain(name)),
      ),
      stand,
    );
  };
  const patched = new Proxy(plain, {
    apply: (_, __, [name]) => answer(String(name)),
    get: (target, name) => (name === '__omniwp' ? true : Reflect.get(target, name)),
  });
  attempt(() => {
    w.require = patched;
  });
  return w.require.__omniwp === true;
}
