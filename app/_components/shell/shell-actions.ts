'use client';

import { createContext, useContext } from 'react';

/** What any page may ask of the frame around it. */
export type ShellActions = { startChat: (phone?: string) => void };

export const ShellContext = createContext<ShellActions>({ startChat: () => {} });

export function useShell(): ShellActions {
  return useContext(ShellContext);
}
