import { expect, test } from 'vitest';
import { groupTroubles } from '@/app/_lib/troubles';
import type { AdminSession } from '@/server/admin/schema';

const session = (ownerName: string, minute: number, more: Partial<AdminSession> = {}): AdminSession => ({
  ownerId: ownerName,
  ownerName,
  status: 'error',
  reason: 'WHATSAPP_CHANGED',
  missing: ['WAWebMsgKey.newId', 'WAWebCmd.Cmd.on'],
  pageVersion: '2.3000.1',
  failingSince: new Date(2026, 10, 24, 15, minute),
  retryAt: null,
  hasSession: true,
  ...more,
});

test('sessions that lack the same of the same page are one trouble, in the order in which each began', () => {
  const troubles = groupTroubles([
    session('Ana', 0),
    session('Beto', 1, { reason: 'DISK_FULL', missing: [], pageVersion: null }),
    session('Ciro', 2, { missing: ['WAWebCmd.Cmd.on', 'WAWebMsgKey.newId'] }),
    session('Dora', 3, { pageVersion: '2.3000.2' }),
    session('Eva', 4, { missing: [] }),
  ]);
  expect(troubles.map(({ sessions }) => sessions.map(({ ownerName }) => ownerName))).toEqual([
    ['Ana', 'Ciro'],
    ['Beto'],
    ['Dora'],
    ['Eva'],
  ]);
  expect(troubles[0]?.failingSince).toEqual(new Date(2026, 10, 24, 15, 0));
  expect(new Set(troubles.map(({ key }) => key)).size).toBe(4);
});

test('nothing is no trouble', () => {
  expect(groupTroubles([])).toEqual([]);
});
