/**
 * Modules that the library asks for although nothing that matters here depends on them. Where the page has lost one, a stand-in keeps
 * the library going: a text in either direction must not stop because the page renamed how it counts calls.
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
];

/**
 * Runs inside the page: from now on `require` answers with a stand-in for each of `paths` (module or member) that is missing, and
 * with the page's own for everything else. Modules without a stand-in of their own are empty.
 */
export function standIn(paths: string[]): void {
  type Loose = Record<string, unknown>;
  type Chat = { id?: { server?: string } };
  const w = window as unknown as { require: ((name: string) => unknown) & { omniwp?: Record<string, Loose> } };
  const ours: Record<string, Loose> = {
    WAWebOfflineHandler: { OfflineMessageHandler: { getOfflineDeliveryProgress: () => 100 } },
    WALinkify: { findLinks: () => [], findLink: () => undefined },
    WAWebChatGetters: {
      getIsNewsletter: (chat: Chat) => chat.id?.server === 'newsletter',
      getIsBroadcast: (chat: Chat) => chat.id?.server === 'broadcast',
    },
  };
  const plain = w.require;
  const standIns = plain.omniwp ?? {};
  for (const path of paths) {
    const name = path.split('.')[0] ?? path;
    standIns[name] = ours[name] ?? {};
  }
  if (plain.omniwp) return;
  const patched = (name: string): unknown => {
    const stand = standIns[name];
    if (!stand) return plain(name);
    try {
      const own = plain(name);
      // What the page still has of it is better than ours.
      return typeof own === 'object' && own !== null ? { ...stand, ...own } : (own ?? stand);
    } catch {
      return stand;
    }
  };
  w.require = Object.assign(patched, { omniwp: standIns });
}
