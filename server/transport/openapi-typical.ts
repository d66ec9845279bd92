import { wordsOf } from '@/server/whatsapp/link-words';

/** What is typical, where an example that is made of the schema alone would contradict itself. By procedure. */

const ORDER = { templateType: 'entrega', variables: { orderDescription: 'una torta' } };
const TEMPLATE = { name: 'Listo para retirar', type: 'entrega' };
const NO_CODE = { method: null, qrCode: null, pairingCode: null, expiresAt: null };
const CONNECTED = { ...NO_CODE, status: 'connected', connected: true, message: wordsOf('connected', 'es') };
const SENT = { direction: 'outbound', status: 'delivered', subject: null, readAt: null, ...ORDER };

/** In place of what the schema makes. */
export const TYPICAL_BODIES: Record<string, object> = {
  'messages.send': { clientId: '019abf6e-5c2d-7e41-9d0a-3b8f2c7d1e90', channel: 'whatsapp', ...ORDER },
  'messages.preview': { clientId: '019abf6e-5c2d-7e41-9d0a-3b8f2c7d1e90', ...ORDER },
  'templates.create': { ...TEMPLATE, content: 'Hola {clientName}, tu pedido está listo.', language: 'es' },
  'templates.update': { name: TEMPLATE.name, content: 'Hola {clientName}, tu pedido está listo.' },
};

const { message: _, ...status } = CONNECTED;

/** Laid over what the schema makes; with a status, over that answer only. */
export const TYPICAL_ANSWERS: Record<string, object> = {
  'messages.send': { providerMessageId: null },
  'messages.preview': { message: '¡Hola Ana Pérez! Tu pedido está listo.' },
  'messages.list': { messages: [{ ...SENT, scheduledAt: null }] },
  'messages.get': {
    ...SENT,
    scheduledAt: null,
    providerReason: 'CONNECTED',
    attempts: [{ outcome: 'taken', code: null, why: 'CONNECTED' }],
  },
  'messages.templates': { templates: [TEMPLATE] },
  'templates.list': [TEMPLATE],
  'templates.get': TEMPLATE,
  'templates.create': TEMPLATE,
  'templates.update': TEMPLATE,
  'whatsapp.status': { ...status, progress: null, recovered: null },
  'whatsapp.connect': {
    status: 'qr_ready',
    connected: false,
    pairingCode: null,
    phoneNumber: null,
    name: null,
    hasSession: false,
    message: wordsOf('qr_ready', 'es'),
  },
  'whatsapp.disconnect': {
    ...NO_CODE,
    status: 'disconnected',
    connected: false,
    message: wordsOf('disconnected', 'es'),
  },
  'whatsapp.restore': CONNECTED,
  'whatsapp.restart': CONNECTED,
  'whatsapp.qr': { status: 'qr_ready', connected: false },
  'whatsapp.send 202': { status: 'queued', providerMessageId: null },
  'whatsapp.messages': { messages: [SENT] },
  'whatsapp.availability': { whatsappWeb: { reason: 'WhatsApp Web está disponible.' } },
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `example` with the fields of `typical` in place of its own; a list's example has one entry. */
export function laidOver(example: unknown, typical: unknown): unknown {
  if (typical === undefined) return example;
  if (Array.isArray(example) && Array.isArray(typical)) return [laidOver(example[0], typical[0])];
  if (!isObject(example) || !isObject(typical)) return typical;
  const fields = Object.entries(typical).map(([name, value]) => [name, laidOver(example[name], value)]);
  return { ...example, ...Object.fromEntries(fields) };
}
