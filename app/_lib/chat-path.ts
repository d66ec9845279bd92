'use client';

/** The id of the chat that an address opens, or null. */
export function openChatPath(pathname: string): string | null {
  const id = /^\/chats\/([^/]+)\/?$/.exec(pathname)?.[1];
  return id === undefined ? null : decodeURIComponent(id);
}

/**
 * Opens a chat (null: the list alone) without asking the server for a page: everything is in the browser already, so switching
 * is at once and works while the connection is away. Next keeps its own path in step with the browser's history.
 */
export function showChat(chatId: string | null): void {
  const path = chatId === null ? '/chats' : `/chats/${encodeURIComponent(chatId)}`;
  if (window.location.pathname !== path) window.history.pushState(null, '', path);
}
