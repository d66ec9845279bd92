import type { EngineState, PairingMethod } from './engine';
import type { Level } from './wwebjs-page';
import type { Deadlines } from './wwebjs-settings';

type PairingState = Extract<EngineState, { kind: 'pairing' }>;

/** The page clears its ref when it links, and may have none yet; the library makes a QR of that too. */
export const hasRef = (data: string): boolean => !/^(undefined|null|\[object [^,]*)?,/.test(data);

export type Pairing = {
  /** `lifeMs`: how long the page says that this one is good; null where it does not. One without a ref is only kept. */
  showQr: (data: string, lifeMs: number | null) => void;
  showCode: (data: string) => void;
  /** Asks for codes instead of QRs, or back: what the page says of the other kind is not shown meanwhile. */
  use: (method: PairingMethod) => void;
  /** To be called with each look at the unlinked page. */
  look: (level: Level) => void;
  /** Whether an idle page means that nothing more will come. */
  isOver: () => boolean;
  /** Whether anything was shown yet. */
  hasBegun: () => boolean;
};

/**
 * What the page shows for pairing, and until when it is good. Where the page names no end (Conn.refTTL), it is WhatsApp's
 * own: 60 s for the first QR, 20 for each one after it. The page is the witness: as long as it still shows the same one and is not idle, the QR is
 * good, and its end moves; a new one replaces it.
 */
export function createPairing(deadlines: Deadlines, say: (state: PairingState) => void): Pairing {
  let method: PairingMethod = 'qr';
  let qr: { data: string; expiresAt: Date } | null = null;
  /** What follows the ref in a QR: the same for each of this page. */
  let rest: string | null = null;
  let code: { data: string; expiresAt: Date } | null = null;

  const inFuture = (ms: number): Date => new Date(Date.now() + ms);
  const tell = (): void => {
    const shown = method === 'qr' ? qr : code;
    if (shown) say({ kind: 'pairing', method, ...shown });
  };

  function showQr(data: string, lifeMs: number | null): void {
    rest = data.slice(data.indexOf(','));
    if (!hasRef(data) || data === qr?.data) return;
    qr = { data, expiresAt: inFuture(lifeMs ?? (qr ? deadlines.nextQrMs : deadlines.firstQrMs)) };
    if (method === 'qr') tell();
  }

  return {
    showQr,
    showCode(data) {
      code = { data, expiresAt: inFuture(deadlines.codeMs) };
      if (method === 'code') tell();
    },
    use(next) {
      if (next === method) return;
      method = next;
      tell();
    },
    look(level) {
      if (!level.ref || rest === null) return;
      // One that came without a word.
      if (!qr?.data.startsWith(`${level.ref},`)) return showQr(`${level.ref}${rest}`, level.refMs);
      // Two looks before the end, so that no moment without a QR shows.
      if (qr.expiresAt.getTime() - Date.now() > 2 * deadlines.pollMs) return;
      qr.expiresAt = inFuture(deadlines.nextQrMs);
      if (method === 'qr') tell();
    },
    isOver: () => method === 'qr' || (code !== null && code.expiresAt.getTime() <= Date.now()),
    hasBegun: () => qr !== null || code !== null,
  };
}
