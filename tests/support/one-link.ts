import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { OwnerId } from '@/server/auth/owner-id';
import { readAfter } from '@/server/events/log';
import type { FakePhone } from './fake-engine';
import { needed } from './needed';
import { eventually, type TestNode } from './node';

/** One owner with a phone, seen from one process. */
export type Scene = { node: TestNode; ownerId: OwnerId; phone: FakePhone };

const statusOf = async ({ node, ownerId }: Scene) => (await node.registry.status(ownerId)).status;
export const untilStatus = (scene: Scene, ...wanted: string[]) =>
  eventually(wanted.join(), async () => wanted.includes(await statusOf(scene)));

export async function link(scene: Scene): Promise<void> {
  const { node, ownerId, phone } = scene;
  const { qrCode } = await node.registry.connect(ownerId, null);
  if (qrCode) phone.scan(qrCode);
  await untilStatus(scene, 'connected');
}

const rowOf = ({ node, ownerId }: Scene) => node.db.whatsappSession.findUnique({ where: { ownerId } });

/**
 * One usable link or none, never the half of one: what WhatsApp has, what the row says and what lies in the folders agree, and whoever is
 * asked to connect then has exactly one link.
 */
export async function expectWhole(scene: Scene): Promise<void> {
  const { node, ownerId, phone } = scene;
  const profileOf = (generation: number) => node.files.profileOf(ownerId, generation);
  const links = () => [...phone.account.devices.keys()];
  // what the row knows comes back by itself, or turns out to be over; and a link that WhatsApp has and that no credentials belong to
  // would be the half of one
  await eventually('one link or none', async () => {
    const row = await rowOf(scene);
    if (row?.linkedAt && row.wanted && !['connected', 'logged_out'].includes(await statusOf(scene))) return false;
    const present = profileOf(row?.generation ?? 1);
    return links().every((profile) => profile === present) && (!row?.linkedAt || links().length === 1);
  });
  await expectTidy(scene);
  // and whatever was there: asked to connect, there is exactly one link in the end
  await link(scene);
  const linked = needed(await rowOf(scene));
  expect(links()).toEqual([profileOf(linked.generation)]);
  expect(linked.linkedAt).not.toBeNull();
  await expectTidy(scene);
}

/** Each generation that is over is in quarantine once, told once, and nowhere else. */
async function expectTidy(scene: Scene): Promise<void> {
  const { node, ownerId } = scene;
  const over = async () => Array.from({ length: ((await rowOf(scene))?.generation ?? 1) - 1 }, (_, index) => index + 1);
  const inPlace = async () => readdir(join(node.files.root, ownerId)).catch(() => []);
  await eventually('the old ones in quarantine', async () => {
    const present = (await rowOf(scene))?.generation ?? 1;
    return (await inPlace()).every((name) => Number(name) === present);
  });
  const moved = (await readdir(join(node.files.root, 'quarantine'))).filter((name) => name.startsWith(ownerId));
  const generations = moved.map((name) => Number(name.slice(ownerId.length + 1).split('-')[0]));
  expect(generations.toSorted()).toEqual(await over());
  const told = (await readAfter(node.db, ownerId, 0)).flatMap(({ body }) =>
    body.type === 'session.quarantined' ? [body.generation] : [],
  );
  expect(told).toEqual(await over());
}
