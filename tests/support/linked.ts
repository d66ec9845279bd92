import type { OwnerId } from '@/server/auth/owner-id';
import { listChats, listMessages } from '@/server/chats/chats';
import type { FakeNetwork } from './fake-engine';
import { eventually, type TestNode } from './node';

/** Links a number on the pretend network and waits until its chats are read in; without an owner a new one is made. */
export async function linkOwner(
  node: TestNode,
  network: FakeNetwork,
  phone: string,
  owner?: OwnerId,
): Promise<OwnerId> {
  const ownerId = owner ?? (await node.createOwner());
  const { qrCode } = await node.registry.connect(ownerId, null);
  network.phone(phone).scan(qrCode ?? '');
  await eventually('chats read in', async () => {
    const row = await node.db.whatsappSession.findUnique({ where: { ownerId } });
    return row?.syncedPhone === phone && row.connectedUntil !== null;
  });
  return ownerId;
}

/** The owner's newest conversation, once there is one. */
export const firstChatOf = (node: TestNode, ownerId: OwnerId) =>
  eventually(
    'a chat',
    async () => (await listChats(node.db, ownerId, { limit: 100, unreadOnly: false })).items[0] ?? null,
  );

/** A conversation as it is shown, oldest first. */
export const textsOf = async (node: TestNode, ownerId: OwnerId, chatId: string): Promise<string[]> =>
  (await listMessages(node.db, ownerId, { chatId, limit: 100 })).items.map(({ text }) => text);
