import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineState } from '@/server/whatsapp/engine';
import type { Level } from '@/server/whatsapp/wwebjs-page';
import { createPairing } from '@/server/whatsapp/wwebjs-pairing';
import { createPhases } from '@/server/whatsapp/wwebjs-phase';
import { defaultDeadlines } from '@/server/whatsapp/wwebjs-settings';

const level = (more: Partial<Level>): Level => ({
  state: 'UNPAIRED',
  hasSynced: false,
  mode: null,
  ref: null,
  refMs: null,
  injected: false,
  version: null,
  ...more,
});
const connected = level({ state: 'CONNECTED' });
const synced = level({ state: 'CONNECTED', hasSynced: true });

function setUp() {
  const said: EngineState[] = [];
  const say = (state: EngineState) => void said.push(state);
  const takeOver = vi.fn();
  const pairing = createPairing(defaultDeadlines, say);
  const phases = createPhases({ deadlines: defaultDeadlines, pairing, say, finish: say, takeOver });
  return { said, phases, takeOver, last: () => said.at(-1), kinds: () => said.map(({ kind }) => kind) };
}

describe('the course of a generation', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('goes from a QR over the scan to ready, once', () => {
    const { phases, kinds, takeOver } = setUp();
    phases.qr('ref,a,b,c,1', null);
    phases.level(level({ state: 'PAIRING' }));
    phases.level(connected);
    expect(takeOver).not.toHaveBeenCalled();
    phases.level(synced);
    expect(takeOver).toHaveBeenCalledOnce();
    phases.usable('+34600111222', 'Ana');
    phases.level(synced);
    phases.usable('+34600111222', 'Ana');
    expect(kinds()).toEqual(['pairing', 'syncing', 'ready']);
    expect(takeOver).toHaveBeenCalledOnce();
  });

  it('is ready by the level, also where nobody saw an edge', () => {
    const { phases, takeOver } = setUp();
    phases.level(synced);
    expect(takeOver).toHaveBeenCalledOnce();
  });

  it('believes the edge where the page names no level, and the second witness where the first is stuck', () => {
    const silent = setUp();
    silent.phases.edge();
    silent.phases.level(level({ state: 'CONNECTED', hasSynced: null }));
    expect(silent.takeOver).toHaveBeenCalledOnce();
    const stuck = setUp();
    const main = level({ state: 'CONNECTED', hasSynced: false, mode: 'MAIN' });
    stuck.phases.level(main);
    expect(stuck.takeOver).not.toHaveBeenCalled();
    vi.advanceTimersByTime(21_000);
    stuck.phases.level(main);
    expect(stuck.takeOver).toHaveBeenCalledOnce();
  });

  it('gives up on a login that never gets ready, unless it makes progress', () => {
    const { phases, last } = setUp();
    phases.level(connected);
    vi.advanceTimersByTime(100_000);
    phases.progress(40);
    vi.advanceTimersByTime(100_000);
    phases.level(connected);
    expect(last()).toEqual({ kind: 'syncing', percent: 40 });
    vi.advanceTimersByTime(21_000);
    phases.level(connected);
    expect(last()).toMatchObject({ kind: 'crashed', reason: { code: 'READY_TIMEOUT' } });
  });

  it('says that the phone accepted before it says how far it is', () => {
    const { phases, said } = setUp();
    phases.qr('one,a,b,c,1', null);
    phases.progress(10);
    phases.progress(40);
    expect(said.slice(1)).toEqual([
      { kind: 'syncing', percent: null },
      { kind: 'syncing', percent: 10 },
      { kind: 'syncing', percent: 40 },
    ]);
  });

  it('says that it is offline where the page never connects', () => {
    const { phases, last } = setUp();
    phases.opened();
    vi.advanceTimersByTime(91_000);
    phases.level(level({ state: 'OPENING' }));
    expect(last()).toMatchObject({ kind: 'offline', reason: { code: 'CONNECTION_LOST' } });
  });

  it('waits for the QR until it is replaced, keeps what the page still shows, and ends when the page is idle', () => {
    const { phases, said, last } = setUp();
    phases.qr('one,a,b,c,1', null);
    expect(said[0]).toMatchObject({ expiresAt: new Date(Date.now() + 60_000) });
    phases.qr('two,a,b,c,1', 15_000);
    expect(said[1]).toMatchObject({ data: 'two,a,b,c,1', expiresAt: new Date(Date.now() + 15_000) });
    vi.advanceTimersByTime(10_000);
    phases.level(level({ ref: 'two' }));
    expect(said).toHaveLength(2);
    vi.advanceTimersByTime(4_700);
    phases.level(level({ ref: 'two' }));
    expect(said[2]).toMatchObject({ data: 'two,a,b,c,1', expiresAt: new Date(Date.now() + 20_000) });
    phases.level(level({ state: 'UNPAIRED_IDLE' }));
    expect(last()).toMatchObject({ kind: 'offline', reason: { code: 'PAIRING_IDLE' } });
  });

  it('shows no QR while a code was asked for, and is not idle before the code has ended', () => {
    const { phases, said, last } = setUp();
    phases.qr('one,a,b,c,1', null);
    phases.usePairing('code');
    phases.qr('two,a,b,c,1', null);
    phases.code('ABCD1234');
    phases.level(level({ state: 'UNPAIRED_IDLE' }));
    expect(said.map((state) => state.kind === 'pairing' && state.method)).toEqual(['qr', 'code']);
    vi.advanceTimersByTime(196_000);
    phases.level(level({ state: 'UNPAIRED_IDLE' }));
    expect(last()).toMatchObject({ kind: 'offline', reason: { code: 'PAIRING_IDLE' } });
  });

  it('takes a passing UNPAIRED for what it is, and a lasting one for a logout', () => {
    const { phases, last } = setUp();
    phases.level(synced);
    phases.usable('+34600111222', 'Ana');
    phases.level(level({}));
    vi.advanceTimersByTime(1000);
    phases.level(synced);
    vi.advanceTimersByTime(5000);
    phases.level(level({}));
    expect(last()?.kind).toBe('ready');
    expect(phases.isUneasy()).toBe(true);
    vi.advanceTimersByTime(3100);
    phases.level(level({}));
    expect(last()).toEqual({ kind: 'logged_out', reason: 'UNPAIRED' });
  });

  it('says that the connection is lost only when it stays so', () => {
    const { phases, last } = setUp();
    phases.level(synced);
    phases.usable('+34600111222', 'Ana');
    phases.level(level({ state: 'TIMEOUT' }));
    vi.advanceTimersByTime(29_000);
    phases.level(level({ state: 'OPENING' }));
    expect(last()?.kind).toBe('ready');
    vi.advanceTimersByTime(2000);
    phases.level(level({ state: 'OPENING' }));
    expect(last()).toMatchObject({ kind: 'offline', reason: { code: 'CONNECTION_LOST' } });
  });

  it.each([
    ['CONFLICT', 'offline', 'CONFLICT'],
    ['PROXYBLOCK', 'offline', 'CONNECTION_LOST'],
    ['DEPRECATED_VERSION', 'crashed', 'WHATSAPP_CHANGED'],
    ['TOS_BLOCK', 'crashed', 'AUTH_FAILED'],
    ['SMB_TOS_BLOCK', 'crashed', 'AUTH_FAILED'],
  ])('ends on %s and keeps the link: %s', (state, kind, code) => {
    const { phases, last } = setUp();
    phases.level(level({ state }));
    expect(last()).toMatchObject({ kind, reason: { code } });
  });

  it('believes a logout of a linked page, and has none to believe of an unlinked one', () => {
    const linked = setUp();
    linked.phases.level(synced);
    linked.phases.logout('unknown_companion');
    expect(linked.last()).toEqual({ kind: 'logged_out', reason: 'unknown_companion' });
    const unlinked = setUp();
    unlinked.phases.qr('one,a,b,c,1', null);
    unlinked.phases.logout('LOGOUT');
    expect(unlinked.last()?.kind).toBe('pairing');
  });

  it('comes back after a reload without a second ready', () => {
    const { phases, kinds, takeOver } = setUp();
    phases.level(synced);
    phases.usable('+34600111222', 'Ana');
    phases.reloaded();
    expect(phases.isUsable()).toBe(false);
    phases.level(synced);
    expect(takeOver).toHaveBeenCalledTimes(2);
    phases.usable('+34600111222', 'Ana');
    expect(phases.isUsable()).toBe(true);
    expect(kinds()).toEqual(['syncing', 'ready']);
  });

  it('knows a new word for connected by the second witness, and that the page left it again', () => {
    const { phases, takeOver, last } = setUp();
    const online = level({ state: 'ONLINE', hasSynced: true, mode: 'MAIN' });
    phases.level(online);
    expect(takeOver).toHaveBeenCalledOnce();
    phases.usable('+34600111222', 'Ana');
    const away = level({ state: 'AWAY', hasSynced: true, mode: 'MAIN' });
    phases.level(away);
    vi.advanceTimersByTime(31_000);
    phases.level(away);
    expect(last()).toMatchObject({ kind: 'offline', reason: { code: 'CONNECTION_LOST' } });
  });

  it('takes no other word for connected where the old one is still used, and names what leads nowhere', () => {
    const { phases, takeOver, last } = setUp();
    phases.level(connected);
    phases.level(level({ state: 'ONLINE', hasSynced: true, mode: 'MAIN' }));
    expect(takeOver).not.toHaveBeenCalled();
    const lost = setUp();
    lost.phases.opened();
    vi.advanceTimersByTime(91_000);
    lost.phases.level(level({ state: 'LOGGED_OFF', mode: 'QR' }));
    expect(lost.last()).toMatchObject({
      kind: 'crashed',
      reason: { code: 'WHATSAPP_CHANGED', page: { missing: ['WAWebSocketModel.Socket.state'] } },
    });
    expect(last()?.kind).toBe('syncing');
  });

  it('gives no link up for a page that contradicts itself: it starts anew', () => {
    const { phases, last } = setUp();
    phases.level(synced);
    phases.usable('+34600111222', 'Ana');
    const contradiction = level({ state: 'UNPAIRED', hasSynced: true, mode: 'MAIN' });
    phases.level(contradiction);
    vi.advanceTimersByTime(29_000);
    phases.level(contradiction);
    expect(last()?.kind).toBe('ready');
    vi.advanceTimersByTime(2000);
    phases.level(contradiction);
    expect(last()).toMatchObject({ kind: 'offline', reason: { code: 'CONNECTION_LOST' } });
  });

  it('ends a page that loads itself anew again and again', () => {
    const { phases, last } = setUp();
    for (let i = 0; i < 5; i += 1) {
      phases.reloaded();
      vi.advanceTimersByTime(20_000);
    }
    vi.advanceTimersByTime(100_000);
    for (let i = 0; i < 7; i += 1) {
      phases.reloaded();
      vi.advanceTimersByTime(30_000);
    }
    vi.advanceTimersByTime(100_000);
    expect(last()).toBeUndefined();
    for (let i = 0; i < 6; i += 1) phases.reloaded();
    expect(last()).toMatchObject({ kind: 'crashed', reason: { code: 'READY_TIMEOUT' } });
  });

  it('shows a QR whose ref came without a word', () => {
    const { phases, said } = setUp();
    phases.qr('undefined,a,b,c,1', null);
    phases.level(level({}));
    expect(said).toEqual([]);
    expect(phases.isPairing()).toBe(false);
    phases.level(level({ ref: 'one' }));
    phases.level(level({ ref: 'two', refMs: 15_000 }));
    phases.qr('two,a,b,c,1', 15_000);
    expect(said.map((state) => state.kind === 'pairing' && state.data)).toEqual(['one,a,b,c,1', 'two,a,b,c,1']);
    expect(said[1]).toMatchObject({ expiresAt: new Date(Date.now() + 15_000) });
  });

  it('takes what is no number for no progress', () => {
    const { phases, said } = setUp();
    phases.progress(Number.NaN);
    expect(said).toEqual([]);
  });
});
