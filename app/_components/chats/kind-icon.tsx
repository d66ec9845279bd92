import {
  AudioLines,
  ChartBar,
  CircleHelp,
  ContactRound,
  FileText,
  Image,
  type LucideIcon,
  MapPin,
  Mic,
  Phone,
  Sticker,
  Video,
} from 'lucide-react';
import type { Message } from '@/server/chats/schema';

type MediaKind = Exclude<Message['kind'], 'text'>;

const ICONS: Record<MediaKind, LucideIcon> = {
  image: Image,
  video: Video,
  audio: AudioLines,
  voice: Mic,
  document: FileText,
  sticker: Sticker,
  location: MapPin,
  contact: ContactRound,
  poll: ChartBar,
  call: Phone,
  unsupported: CircleHelp,
};

export function KindIcon({ kind, className }: { kind: MediaKind; className?: string }) {
  const Icon = ICONS[kind];
  return <Icon aria-hidden className={className} />;
}
