import type { MessageErrorCode } from '@/server/chats/schema';
import { ERRORS, type Locale } from '@/server/errors';

type Words = Record<Locale, string>;

/** What WhatsApp Web's own codes mean; a code that callers of the API get too has its words in errors.ts. */
const MESSAGE_ERRORS: Record<MessageErrorCode, Words> = {
  SEND_UNCONFIRMED: {
    es: 'Puede haber salido: comprobalo antes de repetirlo.',
    en: 'It may have left: make sure before you repeat it.',
  },
  NUMBER_NOT_ON_WHATSAPP: ERRORS.NUMBER_NOT_ON_WHATSAPP,
  CHAT_NOT_FOUND: ERRORS.CHAT_NOT_FOUND,
  WHATSAPP_REFUSED: { es: 'WhatsApp no aceptó el mensaje.', en: 'WhatsApp did not accept the message.' },
  WHATSAPP_UNLINKED: {
    es: 'El WhatsApp se desvinculó antes de enviarlo.',
    en: 'The WhatsApp was unlinked before it was sent.',
  },
  UNKNOWN: { es: 'No se envió.', en: 'It was not sent.' },
};

/** What a provider's code means, for the owner. Twilio's numbers: https://www.twilio.com/docs/api/errors */
const PROVIDERS: Record<string, Words> = {
  '63016': {
    es: 'Pasaron más de 24 horas desde el último mensaje de esta persona: fuera de esa ventana WhatsApp solo acepta plantillas aprobadas.',
    en: 'More than 24 hours have passed since this person last wrote: outside that window WhatsApp takes approved templates only.',
  },
  '63003': ERRORS.NUMBER_NOT_ON_WHATSAPP,
  '63024': {
    es: 'Ese número no puede recibir mensajes por WhatsApp.',
    en: 'That number cannot receive messages over WhatsApp.',
  },
  '21211': { es: 'Twilio no reconoce ese número.', en: 'Twilio does not recognise that number.' },
  '21610': {
    es: 'Esta persona pidió no recibir más mensajes de este número.',
    en: 'This person asked not to receive messages from this number any more.',
  },
  '21617': { es: 'El texto es demasiado largo para Twilio.', en: 'The text is too long for Twilio.' },
  '20003': {
    es: 'Twilio no acepta las credenciales de este servidor.',
    en: 'Twilio does not accept this server’s credentials.',
  },
  '63007': {
    es: 'El número de Twilio de este servidor no está habilitado para WhatsApp.',
    en: 'This server’s Twilio number is not enabled for WhatsApp.',
  },
  NOT_DELIVERED: {
    es: 'Twilio no pudo entregarlo y no dijo por qué.',
    en: 'Twilio could not deliver it and did not say why.',
  },
  '550': {
    es: 'El servidor de correo no aceptó esa dirección o ese mensaje: puede que la dirección no exista.',
    en: 'The mail server did not accept that address or that message: the address may not exist.',
  },
  '535': {
    es: 'El servidor de correo no acepta las credenciales de este servidor.',
    en: 'The mail server does not accept this server’s credentials.',
  },
};

const WORDS: Record<string, Words> = { ...PROVIDERS, ...ERRORS, ...MESSAGE_ERRORS };

/** What a mail server's "no" is about, by its enhanced status code (RFC 3463): the most particular one first. */
const MAIL_REFUSALS: [start: string, words: Words][] = [
  ['5.1.', { es: 'Esa dirección de correo no existe.', en: 'That e-mail address does not exist.' }],
  ['5.2.2', { es: 'La casilla de esa dirección está llena.', en: 'The mailbox of that address is full.' }],
  ['5.2.', { es: 'La casilla de esa dirección no recibe correo.', en: 'The mailbox of that address takes no mail.' }],
  ['5.3.4', { es: 'El correo es demasiado grande para ese servidor.', en: 'The mail is too large for that server.' }],
  ['5.4.', { es: 'No hay cómo llegar al servidor de esa dirección.', en: 'That address’s server cannot be reached.' }],
  [
    '5.7.',
    {
      es: 'El servidor de correo rechazó el mensaje por sus reglas (por ejemplo, contra el correo no deseado). La dirección puede existir.',
      en: 'The mail server refused the message by its rules (against spam, for example). The address may exist.',
    },
  ],
];

/** `550 5.7.1`: the mail server's own code, and after it the enhanced one. */
const MAIL_CODE = /^(5\d\d) (5\.\d{1,3}\.\d{1,3})$/;

function wordsOf(code: string): Words | undefined {
  const [, reply = code, enhanced] = MAIL_CODE.exec(code) ?? [];
  const particular = reply === '535' ? undefined : MAIL_REFUSALS.find(([start]) => enhanced?.startsWith(start));
  return particular?.[1] ?? WORDS[reply];
}

/** A code in words; one that has none of its own is named. */
export function wordsOfCode(code: string, locale: Locale): string {
  const words = wordsOf(code)?.[locale];
  if (words !== undefined) return words;
  return locale === 'en'
    ? `The provider did not accept the message (code ${code}).`
    : `El proveedor no aceptó el mensaje (código ${code}).`;
}
