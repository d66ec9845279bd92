import type { Sandbox, SandboxMessage } from '@/tests/support/sandbox';

/** The most that the sandbox hands out of one conversation. */
export const PHONE_SHOWS = 1_000;

/** A whole conversation as a phone shows it, oldest first; without a limit the sandbox answers with the newest 200. */
export async function conversationOn(sandbox: Sandbox, phone: string, peer: string): Promise<SandboxMessage[]> {
  const query = new URLSearchParams({ phone, peer, limit: String(PHONE_SHOWS) });
  const response = await fetch(`${sandbox.url}/control/messages?${query}`);
  if (!response.ok) throw new Error(`the sandbox answered ${response.status}`);
  return (await response.json()) as SandboxMessage[];
}
