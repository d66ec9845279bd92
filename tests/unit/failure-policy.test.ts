import { expect, test } from 'vitest';
import { policyAfter } from '@/server/whatsapp/failure-policy';
import { TIMING } from '@/server/whatsapp/session-timing';

const lost = { code: 'BROWSER_DIED', linked: true, failures: 1, pairingFor: null } as const;

test('a link is tried again with growing waits, up to the last one', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7].map((failures) => policyAfter({ ...lost, failures }, TIMING));
  expect(waits.map((policy) => (policy.kind === 'retry' ? policy.after : null))).toEqual([
    1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 60_000,
  ]);
});

test('a link is never given up: after many failures it is shown as an error and tried seldom', () => {
  expect(policyAfter({ ...lost, failures: 8 }, TIMING)).toEqual({
    kind: 'retry',
    after: TIMING.seldom,
    hopeless: true,
  });
  expect(policyAfter({ ...lost, code: 'WHATSAPP_CHANGED' }, TIMING)).toMatchObject({ kind: 'retry', hopeless: true });
});

test('without a link there is little to try', () => {
  expect(policyAfter({ ...lost, linked: false, failures: 2 }, TIMING)).toMatchObject({ kind: 'retry' });
  expect(policyAfter({ ...lost, linked: false, failures: 3 }, TIMING)).toEqual({ kind: 'give-up' });
  expect(policyAfter({ ...lost, linked: false, code: 'BROWSER_NOT_FOUND' }, TIMING)).toEqual({ kind: 'give-up' });
  // but WhatsApp's page may change again, and nobody would know
  const changed = { kind: 'retry', after: TIMING.seldom, hopeless: true };
  expect(policyAfter({ ...lost, linked: false, code: 'WHATSAPP_CHANGED' }, TIMING)).toEqual(changed);
});

test('codes that nobody scans: new ones for a while, then parked', () => {
  const idle = { ...lost, linked: false, code: 'PAIRING_IDLE' } as const;
  expect(policyAfter({ ...idle, pairingFor: 1_000 }, TIMING)).toEqual({ kind: 'retry', after: 0, hopeless: false });
  expect(policyAfter({ ...idle, pairingFor: TIMING.pairing }, TIMING)).toEqual({ kind: 'park' });
});

test('a network that is away is waited for at the slowest pace of the backoff, however long', () => {
  const away = policyAfter({ ...lost, code: 'CONNECTION_LOST', failures: 100 }, TIMING);
  expect(away).toEqual({ kind: 'retry', after: 60_000, hopeless: false });
});

test.each(['NO_MEMORY', 'DISK_FULL'] as const)('%s is said at once, and a link is tried again each minute', (code) => {
  const policy = policyAfter({ ...lost, code }, TIMING);
  expect(policy).toEqual({ kind: 'retry', after: 60_000, hopeless: true });
  expect(policyAfter({ ...lost, code, linked: false }, TIMING)).toEqual({ kind: 'give-up' });
});

test('a dialog that only a person can answer is said at once', () => {
  expect(policyAfter({ ...lost, code: 'ACTION_REQUIRED' }, TIMING)).toMatchObject({ kind: 'retry', hopeless: true });
});
