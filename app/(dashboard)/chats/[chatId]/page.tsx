import { requireSession } from '@/app/_lib/require-session';

export default async function ChatPage({ params }: { params: Promise<{ chatId: string }> }) {
  const { chatId } = await params;
  await requireSession(`/chats/${encodeURIComponent(decodeURIComponent(chatId))}`);
  return null;
}
