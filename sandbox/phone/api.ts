import type { NetworkEvent } from '@/sandbox/events';
import type { WireGroup, WireMessage } from '@/sandbox/protocol';

/** The control API as the pretend phone uses it. */

export type PhoneAccount = {
  phone: string;
  name: string;
  hidden: boolean;
  demo: boolean;
  replies: boolean;
  online: boolean;
  devices: { id: string; name: string; version: string; linkedAt: number; lastSeenAt: number; online: boolean }[];
};
export type PhoneChat = {
  /** A phone, or the address of a group. */
  chat: string;
  name: string;
  unread: number;
  t: number;
  last: WireMessage | null;
  group: WireGroup | null;
};
export type WaitingScreen = { id: string; since: number; device: string; refEnd: string | null };

/** An answer of the control API that is not 200. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

async function request<T>(method: 'GET' | 'POST', name: string, input: Record<string, unknown>): Promise<T> {
  const query = method === 'GET' ? `?${new URLSearchParams(input as Record<string, string>)}` : '';
  const response = await fetch(`/control/${name}${query}`, {
    method,
    ...(method === 'POST' && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(input) }),
  });
  const body: unknown = await response.json();
  if (!response.ok) {
    const { code, message } = body as { code: string; message: string };
    throw new Refusal(code, message);
  }
  return body as T;
}
const get = <T>(name: string, input = {}): Promise<T> => request<T>('GET', name, input);
const post = <T>(name: string, input: Record<string, unknown>): Promise<T> => request<T>('POST', name, input);

export const api = {
  accounts: () => get<PhoneAccount[]>('accounts'),
  chats: (phone: string) => get<PhoneChat[]>('chats', { phone }),
  messages: (phone: string, peer: string) => get<WireMessage[]>('messages', { phone, peer }),
  waiting: () => get<WaitingScreen[]>('waiting'),
  addPhone: (phone: string, name: string) => post('accounts', { phone, name, demo: true }),
  scanWaiting: (phone: string, page: string) => post('scan-waiting', { phone, page }),
  scan: (phone: string, qr: string) => post('scan', { phone, qr }),
  linkByCode: (phone: string, code: string) => post('link-code', { phone, code }),
  unlink: (phone: string, deviceId: string) => post('unlink', { phone, deviceId }),
  online: (phone: string, online: boolean) => post('online', { phone, online }),
  say: (from: string, to: string, text: string, type = 'chat') => post('say', { from, to, text, type }),
  read: (phone: string, peer: string) => post('open-chat', { phone, with: peer }),
  typing: (from: string, to: string, state: string) => post('typing', { from, to, state }),
  /** Calls for each thing that happens; the browser connects again by itself, and then everything may have happened. */
  follow(listener: (event: NetworkEvent | null) => void): void {
    const source = new EventSource('/control/events');
    source.onopen = () => listener(null);
    source.onmessage = ({ data }) => listener(JSON.parse(String(data)) as NetworkEvent);
  },
};
