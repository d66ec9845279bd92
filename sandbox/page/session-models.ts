import { createEvents } from './emitter';
import { createModel } from './model';

export type SocketState = 'OPENING' | 'PAIRING' | 'UNPAIRED' | 'UNPAIRED_IDLE' | 'CONNECTED' | 'TIMEOUT' | 'CONFLICT';
export type StreamMode = 'QR' | 'MAIN' | 'SYNCING' | 'CONFLICT';

/** The models that say how the page is doing: Socket, Stream, Conn, and the commands. */
export function createSessionModels() {
  const actions = {
    logout: async (_reason?: string): Promise<void> => undefined,
    reconnect: (): void => undefined,
    takeover: (): void => undefined,
    refreshQr: (): void => undefined,
  };
  const socket = createModel(
    { state: 'OPENING' as SocketState, hasSynced: false, stream: 'DISCONNECTED', canSend: false },
    {
      logout: (reason?: string) => actions.logout(reason),
      reconnect: () => actions.reconnect(),
      takeover: () => actions.takeover(),
    },
  );
  const stream = createModel(
    { mode: 'QR' as StreamMode, info: 'NORMAL', available: false },
    {
      markAvailable: () => stream.set({ available: true }),
      markUnavailable: () => stream.set({ available: false }),
    },
  );
  const conn = createModel(
    {
      ref: undefined as string | undefined,
      refTTL: undefined as number | undefined,
      pushname: undefined as string | undefined,
      platform: undefined as string | undefined,
      battery: undefined as number | undefined,
      plugged: undefined as boolean | undefined,
      connected: false,
    },
    { canSetMyPushname: () => false },
  );
  const cmd = Object.assign(createEvents(), { refreshQR: () => actions.refreshQr() });
  const offline = { percent: 0 };
  return { socket, stream, conn, cmd, offline, actions };
}

export type SessionModels = ReturnType<typeof createSessionModels>;
