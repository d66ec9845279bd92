import { MessagesSquare, QrCode, Settings2 } from 'lucide-react';

export const SECTIONS = [
  { href: '/chats', name: 'chats', Icon: MessagesSquare },
  { href: '/connect', name: 'connect', Icon: QrCode },
  { href: '/settings', name: 'settings', Icon: Settings2 },
] as const;
