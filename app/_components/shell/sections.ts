import { HeartPulse, MessagesSquare, QrCode, Settings2 } from 'lucide-react';
import type { Me } from '@/server/auth/schema';

const SECTIONS = [
  { href: '/chats', name: 'chats', Icon: MessagesSquare },
  { href: '/connect', name: 'connect', Icon: QrCode },
  { href: '/settings', name: 'settings', Icon: Settings2 },
] as const;

const ADMIN = { href: '/admin', name: 'admin', Icon: HeartPulse } as const;

/** What the navigation shows to this person. */
export function sectionsFor(role: Me['role']) {
  return role === 'admin' ? [...SECTIONS, ADMIN] : SECTIONS;
}
