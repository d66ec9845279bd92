import type { EngineState, PairingMethod } from './engine';
import type { Level } from './wwebjs-page';
import { hasRef, type Pairing } from './wwebjs-pairing';
import type { Deadlines } from './wwebjs-settings';
import { changed, meaningOf, type StateMeaning } from './wwebjs-states';

/** So often may the page load itself anew within `readyMs`. */
const mostReloads = 5;

export type Phases = {
  /** The page is being opened: from now on it must come to a QR or a login in time. */
  opened: () => void;
  level: (level: Level) => void;
  qr: (data: string, lifeMs: number | null) => void;
  code: (data: string) => void;
  usePairing: (method: PairingMethod) => void;
  /** Progress of loading, 0..100. */
  progress: (percent: number) => void;
  edge: () => void;
  reloaded: () => void;
  /** The library is in the page and listening. Says `ready` the first time. */
  usable: (phone: string, name: string, platform?: string | null) => void;
  logout: (reason: string) => void;
  isUsable: () => boolean;
  isPairing: () => boolean;
  /** Something is in doubt: look more often. */
  isUneasy: () => boolean;
};

/**
 * The course of one generation: starting, pairing, syncing, ready, with a deadline for each, decided by the level that the
 * page shows. `say` is told each step once; `finish` the state that ends it all.
 */
export function createPhases(deps: {
  deadlines: Deadlines;
  pairing: Pairing;
  say: (state: EngineState) => void;
  finish: (state: EngineState) => void;
  /** The page is synced: let the library take it over. Called again with each look until `usable`. */
  takeOver: () => void;
}): Phases {
  const { deadlines, pairing, say, finish, takeOver } = deps;
  let phase: 'starting' | 'pairing' | 'syncing' | 'ready' = 'starting';
  let usable = false;
  let sawEdge = false;
  let percent: number | null = null;
  /** When the present phase began, or last got on. */
  let since = Date.now();
  let unpairedSince: number | null = null;
  let lostSince: number | null = null;
  /** The page's word for "connected". */
  let connectedWord: string | null = null;
  /** When the page loaded itself anew, since it last was of use for a while. */
  let reloads: number[] = [];

  const age = (time: number | null): number => (time === null ? 0 : Date.now() - time);
  const crash = (detail: string): void => finish({ kind: 'crashed', reason: { code: 'READY_TIMEOUT', detail } });

  function sync(): void {
    if (phase === 'syncing' || phase === 'ready') return;
    phase = 'syncing';
    since = Date.now();
    // that the phone said yes is a step of its own, also where the page counts at once
    say({ kind: 'syncing', percent: null });
    if (percent !== null) say({ kind: 'syncing', percent });
  }

  function isSynced(level: Level): boolean {
    if (level.hasSynced === true) return true;
    if (level.hasSynced === null && (sawEdge || level.mode === 'MAIN')) return true;
    return (level.hasSynced === null || level.mode === 'MAIN') && age(since) > deadlines.witnessMs;
  }

  /**
   * What the page says it is. A new word for "connected" is known by the second witness, as long as the old one was not heard; a linked
   * page that says "unpaired" while that witness still shows the chats contradicts itself, and a link is not given up for that.
   */
  function read(level: Level): StateMeaning {
    const meaning = meaningOf(level.state);
    const showsChats = level.mode === 'MAIN' && level.hasSynced !== false;
    const isConnected = meaning.kind === 'connected' || (meaning.kind === 'unknown' && showsChats);
    if (isConnected) connectedWord ??= level.state;
    if (meaning.kind === 'unknown')
      return isConnected && level.state === connectedWord ? { kind: 'connected' } : { kind: 'passing' };
    if (meaning.kind === 'unpaired' && phase === 'ready' && level.mode === 'MAIN') return { kind: 'passing' };
    return meaning;
  }

  function handleUnpaired(level: Level, idle: boolean): void {
    lostSince = null;
    if (phase === 'starting' || phase === 'pairing') {
      unpairedSince = null;
      if (!idle) {
        pairing.look(level);
        if (pairing.hasBegun()) phase = 'pairing';
      } else if (pairing.hasBegun() && pairing.isOver()) {
        finish({ kind: 'offline', reason: { code: 'PAIRING_IDLE', detail: 'the page stopped showing codes' } });
      }
      return;
    }
    // It may pass; a logout that is meant is also said by an event, and is believed at once.
    unpairedSince ??= Date.now();
    if (age(unpairedSince) < deadlines.unpairedMs) return;
    if (phase === 'ready') finish({ kind: 'logged_out', reason: level.state ?? 'UNPAIRED' });
    else {
      phase = 'pairing';
      unpairedSince = null;
    }
  }

  function handlePassing(level: Level): void {
    unpairedSince = null;
    if (phase === 'pairing' && level.state === 'PAIRING') sync();
    // The page itself said "synced": the library asks for no more.
    if (sawEdge && !usable && isSynced(level)) {
      sync();
      takeOver();
    }
    if (phase !== 'ready') return;
    lostSince ??= Date.now();
    if (age(lostSince) < deadlines.connectionMs) return;
    const detail = `the page has been ${level.state ?? 'silent'} for ${deadlines.connectionMs} ms`;
    finish({ kind: 'offline', reason: { code: 'CONNECTION_LOST', detail } });
  }

  function checkDeadline(level: Level): void {
    const said = `state ${level.state}, hasSynced ${level.hasSynced}, mode ${level.mode}`;
    if (phase === 'starting' && age(since) > deadlines.startMs) {
      const meaning = meaningOf(level.state).kind;
      if (meaning === 'unknown')
        return finish({
          kind: 'crashed',
          reason: changed(`a state of the page that nobody knows: ${said}`, ['WAWebSocketModel.Socket.state']),
        });
      if (meaning !== 'passing') return crash(`neither a QR nor a login: ${said}`);
      finish({ kind: 'offline', reason: { code: 'CONNECTION_LOST', detail: `the page does not connect: ${said}` } });
    } else if ((phase === 'syncing' || phase === 'ready') && !usable && age(since) > deadlines.readyMs) {
      crash(`logged in, never ready: ${said}`);
    }
  }

  function show(next: () => void): void {
    if (phase === 'ready' || phase === 'syncing') return;
    phase = 'pairing';
    next();
  }

  return {
    opened() {
      since = Date.now();
    },
    level(level) {
      const meaning = read(level);
      switch (meaning.kind) {
        case 'end':
          return finish(meaning.state);
        case 'unpaired':
          handleUnpaired(level, meaning.idle);
          break;
        case 'unknown':
        case 'passing':
          handlePassing(level);
          break;
        case 'connected':
          unpairedSince = null;
          lostSince = null;
          sync();
          if (!usable && isSynced(level)) takeOver();
          break;
        default:
          meaning satisfies never;
      }
      checkDeadline(level);
    },
    qr: (data, lifeMs) => (hasRef(data) ? show(() => pairing.showQr(data, lifeMs)) : pairing.showQr(data, lifeMs)),
    code: (data) => show(() => pairing.showCode(data)),
    usePairing: (method) => show(() => pairing.use(method)),
    progress(value) {
      if (phase === 'ready' || value === percent || !Number.isFinite(value)) return;
      percent = value;
      since = Date.now();
      if (phase === 'syncing') say({ kind: 'syncing', percent });
      else sync();
    },
    edge() {
      sawEdge = true;
    },
    reloaded() {
      usable = false;
      sawEdge = false;
      since = Date.now();
      reloads = [...reloads.filter((time) => age(time) < deadlines.readyMs), since];
      if (reloads.length > mostReloads)
        crash(`the page loads itself anew again and again, ${reloads.length} times now`);
    },
    usable(phone, name, platform) {
      usable = true;
      lostSince = null;
      unpairedSince = null;
      if (phase === 'ready') return;
      phase = 'ready';
      say({ kind: 'ready', phone, name, ...(platform && { platform }) });
    },
    logout(reason) {
      // A page that was never linked has no link to lose.
      if (phase !== 'pairing') finish({ kind: 'logged_out', reason });
    },
    isUsable: () => usable,
    isPairing: () => phase === 'pairing',
    isUneasy: () => phase !== 'ready' || !usable || unpairedSince !== null || lostSince !== null,
  };
}
