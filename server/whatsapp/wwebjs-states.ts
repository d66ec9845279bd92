import { BrowserLaunchError } from './browser';
import { ProfileInUseError } from './browser-profile';
import type { EngineFailure, EngineState, PageChange } from './engine';
import { PageChangedError } from './wwebjs-client';
import { DeadlineError } from './wwebjs-deadline';
import { isDiskFull } from './wwebjs-disk';

/** What a word of `Socket.state` means for the engine. */
export type StateMeaning =
  | { kind: 'connected' }
  /** On the way, or for a moment without a network: fine unless it lasts. */
  | { kind: 'passing' }
  | { kind: 'unpaired'; idle: boolean }
  /** A word that nobody has heard. */
  | { kind: 'unknown' }
  | { kind: 'end'; state: Extract<EngineState, { kind: 'offline' | 'crashed' }> };

const end = (kind: 'offline' | 'crashed', code: EngineFailure['code'], detail: string): StateMeaning => ({
  kind: 'end',
  state: { kind, reason: { code, detail } },
});

/**
 * The library destroys its browser on every state outside a short list; none of them unlinks the device, so here they end the
 * generation and keep the profile.
 */
export function meaningOf(state: string | null): StateMeaning {
  switch (state) {
    case 'CONNECTED':
      return { kind: 'connected' };
    case 'UNPAIRED':
      return { kind: 'unpaired', idle: false };
    case 'UNPAIRED_IDLE':
      return { kind: 'unpaired', idle: true };
    case 'CONFLICT':
      return end('offline', 'CONFLICT', 'the link is in use in another browser');
    case 'PROXYBLOCK':
      return end('offline', 'CONNECTION_LOST', 'WhatsApp refuses this network (PROXYBLOCK)');
    case 'DEPRECATED_VERSION':
      return end('crashed', 'WHATSAPP_CHANGED', 'WhatsApp no longer accepts this version of its page');
    case 'TOS_BLOCK':
    case 'SMB_TOS_BLOCK':
      return end('crashed', 'AUTH_FAILED', `WhatsApp blocked the account (${state})`);
    case null:
    case 'OPENING':
    case 'PAIRING':
    case 'TIMEOUT':
    case 'UNLAUNCHED':
      return { kind: 'passing' };
    default:
      return { kind: 'unknown' };
  }
}

/** Why a start or a reload failed, as the port says it. */
export function failureOf(error: unknown): EngineFailure {
  const detail = detailOf(error);
  if (error instanceof ProfileInUseError) return { code: 'PROFILE_IN_USE', detail };
  if (isDiskFull(detail)) return { code: 'DISK_FULL', detail };
  if (error instanceof BrowserLaunchError) {
    return { code: /ENOENT|EACCES/.test(detail) ? 'BROWSER_NOT_FOUND' : 'BROWSER_DIED', detail };
  }
  if (error instanceof PageChangedError) return changed(detail, error.missing);
  if (error instanceof DeadlineError) {
    return { code: error.phase === 'opening the page' ? 'PAGE_UNREACHABLE' : 'READY_TIMEOUT', detail };
  }
  // the protocol's own errors, such as a session that is not found any more: nobody answered, so nothing was said of the page
  if (/(target|session|connection) closed|target crashed|page crashed|^Protocol error/i.test(detail))
    return { code: 'PAGE_DIED', detail };
  // A pinned version whose file is not there (VersionResolveError), no network, a certificate that is not WhatsApp's.
  if (/load version|net::|Navigation timeout/i.test(detail)) return { code: 'PAGE_UNREACHABLE', detail };
  if (/auth timeout|ready timeout/.test(detail)) return { code: 'READY_TIMEOUT', detail };
  // What the library's own code in the page could not read or call.
  if (/is not a function|Cannot read|undefined|null|not found|requireLazy|module/i.test(detail)) {
    return changed(detail, detail.match(moduleNames) ?? []);
  }
  return { code: 'UNKNOWN', detail };
}

/** The same for what happened inside the page: whatever it was, WhatsApp's page is not what it was. */
export function failureOfPage(error: unknown): EngineFailure {
  const failure = failureOf(error);
  return failure.code === 'UNKNOWN' ? changed(failure.detail, failure.detail.match(moduleNames) ?? []) : failure;
}

const moduleNames = /\bWA[A-Z]\w+(\.\w+)*/g;

export const changed = (detail: string, missing: string[]): EngineFailure => ({
  code: 'WHATSAPP_CHANGED',
  detail,
  page: { missing, version: null },
});

const MOST_NAMES = 40;
const isName = (name: string): boolean => name.length <= 100 && /^[A-Za-z_$][\w$]*(\.[\w$]+)*$/.test(name);

/** Adds the page's version to a WHATSAPP_CHANGED, and sees to it that nothing but names, and not too many, goes further. */
export function withVersion(state: EngineState, version: string | null): EngineState {
  if (state.kind !== 'crashed' && state.kind !== 'offline') return state;
  if (state.reason.code !== 'WHATSAPP_CHANGED') return state;
  const missing = [...new Set(state.reason.page?.missing)].filter(isName).slice(0, MOST_NAMES);
  const known = version !== null && /^[\w.-]{1,40}$/.test(version) ? version : null;
  const page: PageChange = { missing, version: known };
  return { ...state, reason: { ...state.reason, page } };
}

/** First line, no ids and no numbers: this is shown and logged. */
function detailOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').replace(/\d{7,}/g, '…').slice(0, 300);
}
