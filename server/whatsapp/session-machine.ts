import type { OwnerId } from '@/server/auth/owner-id';
import { isAppError } from '@/server/errors';
import { toStorable } from '@/server/text/schema';
import { createConnection } from './connection';
import type { EngineEvent, EngineFailure, EngineReady, EngineState } from './engine';
import { createInOrder } from './in-order';
import { policyAfter } from './failure-policy';
import { type Lease, LeaseLost } from './lease';
import { createLeaseKeeper } from './lease-keeper';
import { createOneTimer } from './one-timer';
import { endRun, type Run } from './run';
import type { StatusReason } from './schema';
import type { SessionDeps } from './session-deps';
import { endGeneration, markLinked, markReady, setWanted } from './session-row';
import { type Known, knownOf, type Phase, reasonOf, statusOf } from './session-status';
import { createTeller } from './session-teller';
import { createTrouble } from './session-trouble';

/**
 * The state machine of one owner's session, over one engine at a time. What people ask for (session.ts) and what the engine tells
 * goes through one order (`inOrder`), so no two of them ever meet half-way; what comes from an engine that is no longer the
 * present one is ignored.
 */
export function createSessionMachine(deps: SessionDeps, ownerId: OwnerId) {
  const { db, nodeId, board, files, factory, timing, logger } = deps;
  const inOrder = createInOrder();
  const leases = createLeaseKeeper({ db, nodeId, ownerId, logger });
  const teller = createTeller(db, logger);
  const trouble = createTrouble();
  let phase: Phase = { kind: 'resting', linked: false };
  let known: Known = knownOf(null);
  let run: Run | null = null;
  let failures = 0;
  // a phase's deadline, or the wait before the next try
  const timer = createOneTimer((work) => void inOrder(work).catch(onTrouble));
  let pairingSince: number | null = null;
  let pairPhone: string | null = null;

  const publish = () => board.publish(ownerId, statusOf(phase, known));

  function know(more: Partial<Known>): void {
    known = { ...known, ...more };
    publish();
  }

  function setPhase(next: Phase): void {
    phase = next;
    trouble.note(next);
    logger.info({ ownerId, phase: next.kind, reason: 'reason' in next ? next.reason : undefined }, 'session');
    publish();
  }

  const tell = (lease: Lease) => teller.tell(lease, statusOf(phase, known));

  /** `again`: nobody asked for it, so a failure that is shown stays until it is known to be over. */
  async function begin(again = false): Promise<void> {
    timer.clear();
    const lease = await leases.take(null);
    const row = await setWanted(db, lease, true);
    known = knownOf(row);
    if (!(await files.prepareProfile(ownerId, row.generation, known.linked))) {
      await rest(lease, trouble.phase('PROFILE_MISSING', timing.seldom));
      return timer.set(timing.seldom, retry);
    }
    const profileDir = files.profileOf(ownerId, row.generation);
    const started: Run = {
      lease,
      linked: known.linked,
      connection: null,
      early: [],
      engine: factory({ profileDir, epoch: lease.epoch, onEvent: (event) => onEvent(started, event) }),
    };
    run = started;
    if (phase.kind !== 'reconnecting' && !(again && phase.kind === 'failed')) setPhase({ kind: 'starting' });
    timer.set(timing.start, () => fail(started, 'START_TIMEOUT'));
    // not awaited: a start that hangs must leave room for a stop
    started.engine.start().catch((error) => {
      logger.error({ err: error, ownerId }, 'an engine did not start');
      void inOrder(() => fail(started, 'UNKNOWN')).catch(onTrouble);
    });
  }

  function onEvent(from: Run, event: EngineEvent): void {
    if (event.type === 'state') {
      void inOrder(() => onState(from, event.state)).catch(onTrouble);
    } else if (from !== run) return;
    else if (from.connection) from.connection.handle(event);
    else from.early.push(event);
  }

  /** Whatever the machine stumbled over (a database that is away, mostly): the engine is ended, and another try follows. */
  async function onTrouble(error: unknown): Promise<void> {
    if (error instanceof LeaseLost) return halt();
    logger.error({ err: error, ownerId }, 'a session stumbled');
    await inOrder(async () => {
      setPhase(known.linked ? { kind: 'reconnecting', reason: 'UNKNOWN' } : trouble.phase('UNKNOWN', null));
      await end();
      if (known.linked) timer.set(timing.backoff.at(-1) ?? timing.seldom, retry);
    });
  }

  async function onState(from: Run, state: EngineState): Promise<void> {
    if (from !== run) return;
    switch (state.kind) {
      case 'starting':
        return;
      case 'pairing':
        return onPairing(from, state);
      case 'syncing':
        await link(from);
        if (phase.kind !== 'failed') setPhase({ kind: 'syncing', percent: state.percent });
        return timer.set(timing.sync, () => fail(from, 'READY_TIMEOUT'));
      case 'ready':
        return onReady(from, { ...state, name: toStorable(state.name) });
      case 'logged_out':
        return endLink('PHONE_LOGGED_OUT');
      case 'offline':
      case 'crashed':
        logger.warn({ ownerId, code: state.reason.code, detail: state.reason.detail }, `engine ${state.kind}`);
        return fail(from, reasonOf(state.reason.code), state.reason);
      default:
        return state satisfies never;
    }
  }

  async function onPairing(from: Run, state: Extract<EngineState, { kind: 'pairing' }>): Promise<void> {
    // a profile that held a link shows a code: the phone ended it while nobody was here to hear
    if (from.linked) return endLink('PHONE_LOGGED_OUT');
    pairingSince ??= Date.now();
    if (pairPhone && state.method === 'qr') {
      const phone = pairPhone;
      pairPhone = null;
      from.engine.pairWithCode?.(phone).catch((error) => {
        logger.warn({ err: error, ownerId }, 'a pairing code was refused');
        void inOrder(() => fail(from, 'UNKNOWN')).catch(onTrouble);
      });
      return;
    }
    // a page that shows a code goes on renewing its QR in the background
    if (state.method === 'qr' && phase.kind === 'pairing' && phase.method === 'code' && phase.expiresAt > new Date())
      return;
    setPhase({ kind: 'pairing', method: state.method, data: state.data, expiresAt: state.expiresAt });
    timer.set(Math.max(0, pairingSince + timing.pairing - Date.now()), park);
  }

  async function link(from: Run): Promise<void> {
    if (from.linked) return;
    await markLinked(db, from.lease);
    from.linked = true;
    known = { ...known, linked: true };
    pairingSince = null;
  }

  async function onReady(from: Run, { phone, name, platform = null }: EngineReady): Promise<void> {
    if (from.connection) return;
    timer.clear();
    const connectedUntil = await markReady(db, from.lease, phone, name);
    from.linked = true;
    pairingSince = null;
    known = { ...known, phone, name, linked: true };
    const since = new Date();
    from.connection = createConnection({
      db,
      lease: from.lease,
      ownNumber: phone,
      engine: from.engine,
      logger,
      gap: connectedUntil && { from: connectedUntil, to: since, messages: 0 },
      onRecovered: (recovered) => know({ recovered }),
      onSkipped: (skipped) => know({ skipped }),
    });
    setPhase({ kind: 'connected', phone, name, platform, since });
    for (const event of from.early.splice(0)) from.connection.handle(event);
    timer.set(timing.steady, async () => {
      failures = 0;
    });
    await tell(from.lease);
  }

  /** Ends the present engine and leaves the lease with us; idempotent. */
  async function end(): Promise<Run | null> {
    timer.clear();
    const ending = run;
    run = null;
    if (ending) await endRun(ending, timing.drain, logger);
    return ending;
  }

  async function rest(lease: Lease | null | undefined, next: Phase): Promise<void> {
    pairingSince = null;
    pairPhone = null;
    setPhase(next);
    if (lease) await leases.letGo(lease);
  }

  const park = async () => rest((await end())?.lease, { kind: 'parked' });

  /** The engine is lost. The link is kept: it is tried again, sooner or later; without a link only a few times. */
  async function fail(from: Run, reason: StatusReason, failure: EngineFailure | null = null): Promise<void> {
    if (from !== run) return;
    await leases.assertHeld(from.lease);
    failures += 1;
    const pairingFor = pairingSince === null ? null : Date.now() - pairingSince;
    const policy = policyAfter({ code: failure?.code ?? null, linked: from.linked, failures, pairingFor }, timing);
    switch (policy.kind) {
      case 'park':
        return park();
      case 'give-up':
        await end();
        return rest(from.lease, trouble.phase(reason, null, failure?.page));
      case 'retry':
        // said before the engine is ended, which can take a moment
        if (policy.hopeless) setPhase(trouble.phase(reason, policy.after, failure?.page));
        else setPhase(from.linked ? { kind: 'reconnecting', reason } : { kind: 'starting' });
        await end();
        timer.set(policy.after, retry);
        return tell(from.lease);
      default:
        return policy satisfies never;
    }
  }

  /** After a wait. A database that is away, or another process that has the session now, only means another wait. */
  async function retry(): Promise<void> {
    try {
      await begin(true);
    } catch (error) {
      if (isAppError(error, 'SESSION_ELSEWHERE')) {
        board.forget(ownerId);
        phase = { kind: 'resting', linked: known.linked };
        return;
      }
      if (error instanceof LeaseLost) throw error;
      logger.warn({ err: error, ownerId }, 'a session could not be started again yet');
      timer.set(timing.backoff.at(-1) ?? timing.seldom, retry);
    }
  }

  /** The link is over: the phone ended it, or the owner. A new generation begins, the old one's credentials go to quarantine. */
  async function endLink(reason: 'USER_UNLINKED' | 'PHONE_LOGGED_OUT'): Promise<void> {
    const lease = await leases.take(await end());
    const generation = await endGeneration(db, lease, reason);
    known = { ...known, linked: false };
    const next: Phase =
      reason === 'USER_UNLINKED' ? { kind: 'resting', linked: false } : { kind: 'logged_out', reason };
    setPhase(next);
    await tell(lease);
    await files
      .quarantineBefore(ownerId, generation)
      .catch((error) =>
        logger.error({ err: error, ownerId }, 'old credentials stay where they are until the next start'),
      );
    await rest(lease, next);
  }

  /** Another process has the session now: nothing more is written here. */
  async function halt(): Promise<void> {
    await inOrder(async () => {
      await end();
      board.forget(ownerId);
      phase = { kind: 'resting', linked: known.linked };
    });
  }

  return {
    inOrder,
    begin,
    retry,
    end,
    rest,
    endLink,
    halt,
    tell,
    leases,
    phase: () => phase,
    run: () => run,
    busy: () => run !== null || timer.pending(),
    /** A person asked: earlier failures do not count, and a phone is given a code in place of a QR. */
    askedFor(phone: string | null): void {
      failures = 0;
      pairPhone = phone;
    },
    /** What the row says now; the phase that a caller is about to rest in goes by it. */
    learn: (row: Parameters<typeof knownOf>[0]): Known => (known = knownOf(row)),
    /** Comes back as `reconnecting`, not as a first start. */
    comingBack(reason: StatusReason = 'CONNECTION_LOST'): void {
      if (known.linked) setPhase({ kind: 'reconnecting', reason });
    },
  };
}
