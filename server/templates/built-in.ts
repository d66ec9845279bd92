import type { BuiltInType, Language } from './schema';

/** `content` speaks of an order; `withoutOrder` is said when there is none. */
export type BuiltIn = {
  id: string;
  type: BuiltInType;
  language: Language;
  name: string;
  content: string;
  withoutOrder: string;
};

const texts: Record<BuiltInType, Record<Language, [name: string, content: string, withoutOrder: string]>> = {
  confirmacion: {
    es: [
      'Confirmación',
      'Hola {clientName}, confirmamos tu pedido: {orderDescription}. ¡Gracias!',
      'Hola {clientName}, te confirmamos que recibimos tu mensaje. ¡Gracias!',
    ],
    en: [
      'Confirmation',
      'Hello {clientName}, your order is confirmed: {orderDescription}. Thank you!',
      'Hello {clientName}, we confirm that we got your message. Thank you!',
    ],
  },
  recordatorio: {
    es: [
      'Recordatorio',
      'Hola {clientName}, te recordamos tu pedido: {orderDescription}. Está {orderStatus}.',
      'Hola {clientName}, te escribimos para recordarte que tenemos algo pendiente.',
    ],
    en: [
      'Reminder',
      'Hello {clientName}, a reminder of your order: {orderDescription}. It is {orderStatus}.',
      'Hello {clientName}, a reminder that there is something left for us to settle.',
    ],
  },
  seguimiento: {
    es: [
      'Seguimiento',
      'Hola {clientName}, ¿cómo va todo con tu pedido ({orderDescription})? Si necesitás algo, escribinos.',
      'Hola {clientName}, ¿cómo va todo? Si necesitás algo, escribinos.',
    ],
    en: [
      'Follow-up',
      'Hello {clientName}, is all well with your order ({orderDescription})? If you need anything, write to us.',
      'Hello {clientName}, is all well? If you need anything, write to us.',
    ],
  },
  entrega: {
    es: [
      'Entrega',
      'Hola {clientName}, tu pedido está listo para entregar: {orderDescription}.',
      'Hola {clientName}, tenemos tu entrega lista.',
    ],
    en: [
      'Delivery',
      'Hello {clientName}, your order is ready for delivery: {orderDescription}.',
      'Hello {clientName}, your delivery is ready.',
    ],
  },
  agradecimiento: {
    es: [
      'Agradecimiento',
      'Hola {clientName}, gracias por tu pedido: {orderDescription}. ¡Hasta la próxima!',
      'Hola {clientName}, gracias por elegirnos. ¡Hasta la próxima!',
    ],
    en: [
      'Thanks',
      'Hello {clientName}, thank you for your order: {orderDescription}. See you soon!',
      'Hello {clientName}, thank you for choosing us. See you soon!',
    ],
  },
};

/** The templates that everybody has. Who edits one gets a row with its id as `builtIn`; these stay as they are. */
export const BUILT_INS: readonly BuiltIn[] = Object.entries(texts).flatMap(([type, byLanguage]) =>
  Object.entries(byLanguage).map(([language, [name, content, withoutOrder]]) => ({
    id: `${type}-${language}`,
    type: type as BuiltInType,
    language: language as Language,
    name,
    content,
    withoutOrder,
  })),
);
