import type { Socket } from 'socket.io';
import { z } from 'zod';
import type { WhyEnded } from '@/server/auth/open-sockets';
import type { Identity } from '@/server/auth/identity';
import { type AppErrorData, ERRORS, type ErrorCode, type Locale } from '@/server/errors';
import type { Deps } from '@/server/trpc';
import type { Carried, SocketEvents } from './socket-events';
import type { Feeds } from './socket-feeds';
import type { SocketMemory } from './socket-memory';

type Ack = (answer: object) => void;
type Refusal = { code: ErrorCode; message: string; timestamp: Date };

type Heard = Record<'authenticate' | 'subscribe_whatsapp' | 'unsubscribe_whatsapp', (...args: unknown[]) => void>;
type Said = { [Name in keyof SocketEvents]: (fields: SocketEvents[Name] & Carried) => void } & {
  authenticated: (fields: { success: true } & Carried) => void;
  auth_error: (fields: Refusal) => void;
};
/** `name`: what this socket is called when it comes back. */
type Data = { identity: Identity | null; locale: Locale; name: string };
export type GuestSocket = Socket<Heard, Said, Record<string, never>, Data>;

type Parts = {
  deps: Deps;
  feeds: Feeds;
  memory: SocketMemory;
  /** Whose token this is. Throws what a caller may see. */
  identifyBy: (token: string) => Promise<Identity>;
  refusalOf: (error: unknown) => AppErrorData;
};

/** A guest who shows no token in time has no business here. */
const SHOW_TOKEN_WITHIN_MS = 10_000;
const TOKENS_TRIED = 5;
/** Packets of one socket that wait for their turn. */
const WAITING_AT_MOST = 50;
/** A peer that does not answer a close is cut off. */
const CLOSE_WITHIN_MS = 500;

const MAX_TOKEN = 4_096;
export const tokenText = z
  .string()
  .max(MAX_TOKEN)
  .transform((text) => text.replace(/^Bearer\s+/i, '').trim())
  .pipe(z.string().min(1));

/** What an `authenticate` shows: `{token}`, or the token itself. null: nothing. */
function shownIn(given: unknown): unknown {
  const shown = typeof given === 'object' && given !== null ? Reflect.get(given, 'token') : given;
  return shown === undefined || shown === '' ? null : shown;
}

const ackOf = (args: unknown[]): Ack | null => {
  const last = args.at(-1);
  return typeof last === 'function' ? (answer) => last(answer) : null;
};

/**
 * One socket: who it is, and whether it listens. What it says is taken in order, so that a subscription right behind an `authenticate` waits
 * for it. Nothing that it says can do harm: whatever is not understood is refused or not heard.
 */
export function receiveGuest(socket: GuestSocket, { deps, feeds, memory, identifyBy, refusalOf }: Parts): void {
  const { locale, name: socketName } = socket.data;
  let identity: Identity | null = null;
  let forget = () => {};
  let stopListening: (() => void) | null = null;
  /** It subscribed before it said who it is. */
  let subscribedEarly = false;
  let turns: Promise<void> = Promise.resolve();
  let waiting = 0;
  let tried = 0;

  const refuse = (code: ErrorCode, message: string = ERRORS[code][locale]) =>
    socket.emit('auth_error', { code, message, timestamp: new Date() });

  function end(): void {
    socket.disconnect(true);
    setTimeout(() => cutOff(socket), CLOSE_WITHIN_MS).unref();
  }

  function onEnded(why: WhyEnded): void {
    refuse(why === 'session expired' ? 'TOKEN_EXPIRED' : 'INVALID_TOKEN');
    end();
  }

  function listen(): void {
    if (!identity || stopListening) return;
    const { ownerId } = identity;
    memory.note(socketName, ownerId);
    stopListening = feeds.listen(ownerId, ({ name, at, fields }) => {
      // the table of events pairs each name with its fields
      const emit = socket.emit.bind(socket) as (event: string, ...args: object[]) => boolean;
      emit(name, { ...fields(locale), userId: ownerId, timestamp: at });
    });
  }

  function leave(): void {
    stopListening?.();
    stopListening = null;
  }

  function adopt(found: Identity): void {
    const listened = stopListening !== null;
    leave();
    forget();
    identity = found;
    forget = deps.openSockets.add(found, onEnded);
    if (listened || subscribedEarly) listen();
  }

  async function goOnListening(): Promise<void> {
    if (identity && (await memory.listened(socket.handshake.auth, identity.ownerId))) listen();
  }

  async function authenticate(args: unknown[]): Promise<void> {
    tried += 1;
    const shown = shownIn(args[0]);
    const parsed = tokenText.safeParse(shown);
    try {
      if (!parsed.success) return void refuse(shown === null ? 'TOKEN_REQUIRED' : 'INVALID_TOKEN');
      const found = await identifyBy(parsed.data);
      if (!socket.connected) return;
      adopt(found);
      tried = 0;
      socket.emit('authenticated', { success: true, userId: found.ownerId, timestamp: new Date() });
      await goOnListening();
    } catch (error) {
      const { code, message } = refusalOf(error);
      refuse(code, message);
    } finally {
      if (tried >= TOKENS_TRIED) end();
    }
  }

  async function subscribe(args: unknown[]): Promise<void> {
    if (identity) listen();
    else refuse('TOKEN_REQUIRED');
    subscribedEarly = identity === null;
    ackOf(args)?.({ success: identity !== null });
  }

  async function unsubscribe(args: unknown[]): Promise<void> {
    leave();
    subscribedEarly = false;
    memory.forget(socketName);
    ackOf(args)?.({ success: true });
  }

  const inTurn =
    (work: (args: unknown[]) => Promise<void>) =>
    (...args: unknown[]): void => {
      if (++waiting > WAITING_AT_MOST) return end();
      turns = turns
        .then(() => (socket.connected ? work(args) : undefined))
        .catch((error) => deps.logger.error({ err: error }, 'a socket’s packet was not taken'))
        .finally(() => {
          waiting -= 1;
        });
    };

  socket.on('authenticate', inTurn(authenticate));
  socket.on('subscribe_whatsapp', inTurn(subscribe));
  socket.on('unsubscribe_whatsapp', inTurn(unsubscribe));
  const tooLate = setTimeout(() => {
    if (identity) return;
    // who showed one that is none has been told why
    if (tried === 0) refuse('TOKEN_REQUIRED');
    end();
  }, SHOW_TOKEN_WITHIN_MS);
  socket.on('error', (error) => deps.logger.debug({ err: error }, 'a socket said something that is none'));
  socket.on('disconnect', () => {
    clearTimeout(tooLate);
    leave();
    forget();
  });
  if (socket.data.identity) {
    adopt(socket.data.identity);
    inTurn(goOnListening)();
  }
}

/** Under the WebSocket transport stands one of ws, which would wait half a minute for the peer's goodbye. */
function cutOff({ conn }: GuestSocket): void {
  const { socket } = conn.transport as unknown as { socket?: { terminate?(): void } };
  socket?.terminate?.();
}
