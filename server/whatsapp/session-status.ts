import type { EngineFailure, PageChange, PairingMethod } from './engine';
import type { StatusReason, StatusWord, WhatsappStatus } from './schema';

/** What a session is doing; each phase but `connected` and the resting ones has a deadline (session.ts). */
export type Phase =
  /** Nothing runs. `linked`: the link is kept and `restore` works. */
  | { kind: 'resting'; linked: boolean }
  | { kind: 'starting' }
  | { kind: 'pairing'; method: PairingMethod; data: string; expiresAt: Date }
  | { kind: 'syncing'; percent: number | null }
  | { kind: 'connected'; phone: string; name: string; platform: string | null; since: Date }
  | { kind: 'reconnecting'; reason: StatusReason }
  | { kind: 'logged_out'; reason: 'PHONE_LOGGED_OUT' | 'USER_UNLINKED' }
  | { kind: 'parked' }
  /** `retryAt`: when it is tried again; null: when somebody asks. `page`: what WhatsApp's page lacks, where that is the reason. */
  | { kind: 'failed'; reason: StatusReason; since: Date; retryAt: Date | null; page: PageChange | null };

export type Known = {
  phone: string | null;
  name: string | null;
  linked: boolean;
  skipped: WhatsappStatus['skipped'];
  recovered: WhatsappStatus['recovered'];
};

/** The row's counters; a kind that was never seen is not in it. */
export function skippedOf(counters: unknown): WhatsappStatus['skipped'] {
  return { group: 0, channel: 0, status: 0, broadcast: 0, ...(counters as object | undefined) };
}

const WORDS: Record<Exclude<Phase['kind'], 'resting' | 'failed'>, StatusWord> = {
  starting: 'initializing',
  pairing: 'qr_ready',
  syncing: 'syncing',
  connected: 'connected',
  reconnecting: 'reconnecting',
  logged_out: 'logged_out',
  parked: 'parked',
};

/** What the row knows of the owner's link; no row, no link. */
export function knownOf(
  row: { phone: string | null; name: string | null; linkedAt: Date | null; skipped: unknown } | null,
): Known {
  return {
    phone: row?.phone ?? null,
    name: row?.name ?? null,
    linked: row !== null && row.linkedAt !== null,
    skipped: skippedOf(row?.skipped),
    recovered: null,
  };
}

export function wordOf(phase: Phase): StatusWord {
  if (phase.kind === 'resting') return phase.linked ? 'disconnected' : 'not_connected';
  if (phase.kind === 'failed') return phase.reason === 'AUTH_FAILED' ? 'auth_failed' : 'error';
  // the phone has said yes, and the page has not begun to count
  if (phase.kind === 'syncing' && phase.percent === null) return 'authenticated';
  return WORDS[phase.kind];
}

/** A phase as callers see it. */
export function statusOf(phase: Phase, known: Known): WhatsappStatus {
  const pairing = phase.kind === 'pairing' ? phase : null;
  const connected = phase.kind === 'connected' ? phase : null;
  const failed = phase.kind === 'failed' ? phase : null;
  return {
    status: wordOf(phase),
    connected: connected !== null,
    method: pairing?.method ?? null,
    qrCode: pairing?.method === 'qr' ? pairing.data : null,
    pairingCode: pairing?.method === 'code' ? pairing.data : null,
    expiresAt: pairing?.expiresAt ?? null,
    phoneNumber: connected?.phone ?? (known.linked ? known.phone : null),
    name: connected?.name ?? (known.linked ? known.name : null),
    platform: connected?.platform ?? null,
    connectedAt: connected?.since ?? null,
    reason: 'reason' in phase ? phase.reason : phase.kind === 'parked' ? 'NEVER_SCANNED' : null,
    missing: failed?.page?.missing ?? [],
    pageVersion: failed?.page?.version ?? null,
    failingSince: failed?.since ?? null,
    retryAt: failed?.retryAt ?? null,
    progress: phase.kind === 'syncing' ? phase.percent : null,
    hasSession: known.linked,
    skipped: known.skipped,
    recovered: known.recovered,
  };
}

/** A QR or a code that has run out is never shown. */
export function withoutStaleCodes(status: WhatsappStatus, now = new Date()): WhatsappStatus {
  if (!status.expiresAt || status.expiresAt > now) return status;
  return { ...status, qrCode: null, pairingCode: null };
}

/** Whether a caller who asked to connect has something to look at. */
export function isSettled(status: WhatsappStatus, wantsCode: boolean): boolean {
  switch (status.status) {
    case 'qr_ready':
      return wantsCode ? status.pairingCode !== null : true;
    case 'connected':
    case 'disconnected':
    case 'auth_failed':
    case 'logged_out':
    case 'parked':
    case 'error':
      return true;
    case 'not_connected':
    case 'initializing':
    case 'authenticated':
    case 'syncing':
    case 'reconnecting':
      return false;
    default:
      return status.status satisfies never;
  }
}

/** Failures that trying again at once cannot mend: said plainly, and tried again seldom. */
export function needsAction(code: EngineFailure['code']): boolean {
  return (
    code === 'BROWSER_NOT_FOUND' ||
    code === 'BROWSER_TOO_OLD' ||
    code === 'WHATSAPP_CHANGED' ||
    code === 'AUTH_FAILED' ||
    code === 'ACTION_REQUIRED'
  );
}

/** The machine lacks something that may come back any moment: said plainly too, and tried again at the slowest pace of the backoff. */
export function isShortage(code: EngineFailure['code']): boolean {
  return code === 'NO_MEMORY' || code === 'DISK_FULL';
}

export function reasonOf(code: EngineFailure['code']): StatusReason {
  return code === 'PAIRING_IDLE' ? 'NEVER_SCANNED' : code;
}
