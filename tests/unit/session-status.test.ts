import { describe, expect, test } from 'vitest';
import { statusWord, whatsappStatus } from '@/server/whatsapp/schema';
import { isSettled, knownOf, type Phase, statusOf, withoutStaleCodes, wordOf } from '@/server/whatsapp/session-status';

const unknown = knownOf(null);
const linked = knownOf({ phone: '+5491123456789', name: 'Ana', linkedAt: new Date(), skipped: { group: 3 } });
const soon = new Date(Date.now() + 20_000);
const failed = { kind: 'failed', since: soon, retryAt: null, page: null } as const;
const qr: Phase = { kind: 'pairing', method: 'qr', data: '2@abc', expiresAt: soon };

describe('the words of the contract', () => {
  test.each<[Phase, string]>([
    [{ kind: 'resting', linked: false }, 'not_connected'],
    [{ kind: 'resting', linked: true }, 'disconnected'],
    [{ kind: 'starting' }, 'initializing'],
    [qr, 'qr_ready'],
    [{ kind: 'syncing', percent: null }, 'authenticated'],
    [{ kind: 'syncing', percent: 40 }, 'syncing'],
    [{ kind: 'connected', phone: '+1', name: '', platform: null, since: soon }, 'connected'],
    [{ kind: 'reconnecting', reason: 'BROWSER_DIED' }, 'reconnecting'],
    [{ kind: 'logged_out', reason: 'PHONE_LOGGED_OUT' }, 'logged_out'],
    [{ kind: 'parked' }, 'parked'],
    [{ ...failed, reason: 'AUTH_FAILED' }, 'auth_failed'],
    [{ ...failed, reason: 'WHATSAPP_CHANGED' }, 'error'],
  ])('%j is %s', (phase, word) => {
    expect(wordOf(phase)).toBe(word);
    expect(whatsappStatus.parse(statusOf(phase, unknown)).status).toBe(word);
  });

  test('every word has a rule for who waits for it', () => {
    for (const status of statusWord.options) {
      expect(typeof isSettled({ ...statusOf(qr, unknown), status }, false)).toBe('boolean');
    }
  });
});

test('number and name are shown while there is a link, never before', () => {
  expect(statusOf({ kind: 'reconnecting', reason: 'BROWSER_DIED' }, linked)).toMatchObject({
    phoneNumber: '+5491123456789',
    name: 'Ana',
    hasSession: true,
    skipped: { group: 3, channel: 0, status: 0, broadcast: 0 },
  });
  expect(statusOf(qr, { ...linked, linked: false })).toMatchObject({
    phoneNumber: null,
    name: null,
    hasSession: false,
  });
});

test('what the page lacks is shown with the failure it explains, and with nothing else', () => {
  const page = { missing: ['WAWebMsgKey.newId'], version: '2.3000.1' };
  const told = { missing: page.missing, pageVersion: '2.3000.1', failingSince: soon, retryAt: soon };
  expect(statusOf({ ...failed, reason: 'WHATSAPP_CHANGED', retryAt: soon, page }, linked)).toMatchObject(told);
  const nothing = { missing: [], pageVersion: null, failingSince: null, retryAt: null };
  for (const phase of [qr, { kind: 'starting' }, { kind: 'reconnecting', reason: 'PAGE_DIED' }] satisfies Phase[])
    expect(statusOf(phase, linked)).toMatchObject(nothing);
  // a process of an older version says nothing of it
  const { missing: _, pageVersion: __, failingSince: ___, retryAt: ____, ...older } = statusOf(qr, linked);
  expect(whatsappStatus.parse(older)).toMatchObject(nothing);
});

test('a code is shown only while it lives', () => {
  const status = statusOf(qr, unknown);
  expect(withoutStaleCodes(status)).toMatchObject({ qrCode: '2@abc' });
  expect(withoutStaleCodes(status, soon)).toMatchObject({ qrCode: null, status: 'qr_ready' });
});

test('who asked for a code is not answered with a QR', () => {
  expect(isSettled(statusOf(qr, unknown), true)).toBe(false);
  expect(isSettled(statusOf({ ...qr, method: 'code', data: 'ABCD1234' }, unknown), true)).toBe(true);
});
