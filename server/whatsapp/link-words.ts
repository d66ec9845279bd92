import type { Locale } from '@/server/errors';
import type { StatusWord } from './schema';

const WORDS: Record<StatusWord, Record<Locale, string>> = {
  not_connected: { es: 'No hay ningún WhatsApp vinculado.', en: 'No WhatsApp is linked.' },
  initializing: { es: 'La conexión está en camino.', en: 'The connection is under way.' },
  qr_ready: {
    es: 'Vinculá el teléfono: WhatsApp › Dispositivos vinculados.',
    en: 'Link the phone: WhatsApp › Linked devices.',
  },
  authenticated: { es: 'El teléfono aceptó el vínculo.', en: 'The phone accepted the link.' },
  syncing: { es: 'WhatsApp está cargando los chats.', en: 'WhatsApp is loading the chats.' },
  connected: { es: 'WhatsApp está conectado.', en: 'WhatsApp is connected.' },
  reconnecting: { es: 'La conexión se está recuperando.', en: 'The connection is coming back.' },
  disconnected: {
    es: 'WhatsApp está desconectado; el vínculo se conserva.',
    en: 'WhatsApp is stopped; the link is kept.',
  },
  auth_failed: { es: 'WhatsApp rechazó el vínculo. Vinculá otra vez.', en: 'WhatsApp refused the link. Link again.' },
  logged_out: { es: 'El teléfono se desvinculó. Vinculá otra vez.', en: 'The phone was unlinked. Link again.' },
  parked: { es: 'Nadie escaneó el código. Pedí otro.', en: 'Nobody scanned the code. Ask for another.' },
  error: { es: 'No se pudo conectar.', en: 'It could not connect.' },
};

/** What a status word means, for a person. */
export const wordsOf = (status: StatusWord, locale: Locale): string => WORDS[status][locale];
