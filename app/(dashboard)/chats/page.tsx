import { requireSession } from '@/app/_lib/require-session';

export default async function ChatsPage() {
  await requireSession('/chats');
  return null;
}
