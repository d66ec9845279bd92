import { randomUUID } from 'node:crypto';
import { encodeCursor } from '@/server/chats/cursor';
import type { ErrorCode } from '@/server/errors';
import type { Owner } from './app';

/** What one owner has; all but the chat's are Ana's, and `his` are Beto's of the same kinds. */
export type Things = {
  chatId: string;
  messageId: string;
  failedId: string;
  clientKey: string;
  cursor: string;
  clientId: string;
  orderId: string;
  templateId: string;
};
export type World = {
  ana: Owner;
  hers: Things;
  his: Pick<Things, 'chatId' | 'clientId' | 'orderId'>;
  phones: { ana: string; carla: string };
  secret: string;
};

export type Attempt = {
  /** What Beto sends, made of Ana's ids. */
  input?: (world: World) => unknown;
  /** What he must be told; absent: he is answered, with his own things. */
  code?: ErrorCode;
  /** His own credential is used up by it. */
  ends?: true;
};
export type Rule = { open?: true; attempts: Attempt[] };

const own: Rule = { attempts: [{}] };

/** Every procedure of the product. A new one is missing here until somebody has thought about whose ids it takes. */
export const RULES: Record<string, Rule> = {
  'auth.register': {
    open: true,
    attempts: [
      {
        input: (world) => ({ name: 'Otra Ana', email: world.ana.email.toUpperCase(), password: 'otra-clave-9' }),
        code: 'EMAIL_ALREADY_EXISTS',
      },
    ],
  },
  'auth.login': {
    open: true,
    attempts: [{ input: (world) => ({ email: world.ana.email, password: 'adivinada' }), code: 'INVALID_CREDENTIALS' }],
  },
  'auth.me': own,
  'auth.logout': { attempts: [{ ends: true }] },
  'auth.password': {
    attempts: [
      { input: () => ({ currentPassword: 'adivinada', newPassword: 'otra-clave-9' }), code: 'INVALID_CREDENTIALS' },
    ],
  },
  'auth.forgotPassword': {
    open: true,
    attempts: [{ input: (world) => ({ email: world.ana.email }), code: 'MAIL_NOT_SET_UP' }],
  },
  'auth.resetPassword': {
    open: true,
    attempts: [{ input: (world) => ({ token: world.ana.token, newPassword: 'otra-clave-9' }), code: 'INVALID_TOKEN' }],
  },
  'auth.setDisabled': {
    attempts: [{ input: (world) => ({ email: world.ana.email, disabled: true }), code: 'ADMIN_ONLY' }],
  },
  'admin.sessions': {
    attempts: [{ code: 'ADMIN_ONLY' }, { input: ({ ana }) => ({ ownerId: ana.ownerId }), code: 'ADMIN_ONLY' }],
  },
  'auth.invite': { attempts: [{ code: 'ADMIN_ONLY' }] },
  'chats.list': {
    attempts: [
      { input: () => ({}) },
      { input: () => ({ search: 'Carla' }) },
      {
        input: (world) => ({
          cursor: encodeCursor({ at: new Date('2100-01-01'), tie: world.hers.chatId }),
          limit: 100,
        }),
      },
      { input: (world) => ({ ownerId: world.ana.ownerId, ownNumber: world.phones.ana, userId: world.ana.ownerId }) },
    ],
  },
  'chats.get': { attempts: [{ input: (world) => ({ chatId: world.hers.chatId }), code: 'CHAT_NOT_FOUND' }] },
  'chats.messages': {
    attempts: [
      { input: (world) => ({ chatId: world.hers.chatId }), code: 'CHAT_NOT_FOUND' },
      { input: (world) => ({ chatId: world.his.chatId, cursor: world.hers.cursor }) },
    ],
  },
  'chats.start': { attempts: [{ input: (world) => ({ phone: world.phones.carla }) }] },
  'chats.send': {
    attempts: [
      {
        input: (world) => ({ chatId: world.hers.chatId, text: 'soy Ana', clientKey: randomUUID() }),
        code: 'CHAT_NOT_FOUND',
      },
      {
        input: (world) => ({ chatId: world.hers.chatId, text: world.secret, clientKey: world.hers.clientKey }),
        code: 'CHAT_NOT_FOUND',
      },
    ],
  },
  'chats.retry': {
    attempts: [
      { input: (world) => ({ messageId: world.hers.failedId }), code: 'MESSAGE_NOT_FOUND' },
      { input: (world) => ({ messageId: world.hers.messageId }), code: 'MESSAGE_NOT_FOUND' },
    ],
  },
  'chats.markRead': {
    attempts: [
      {
        input: (world) => ({ chatId: world.hers.chatId, upToMessageId: world.hers.messageId }),
        code: 'CHAT_NOT_FOUND',
      },
      {
        input: (world) => ({ chatId: world.his.chatId, upToMessageId: world.hers.messageId }),
        code: 'MESSAGE_NOT_FOUND',
      },
    ],
  },
  'clients.list': {
    attempts: [
      { input: () => ({}) },
      { input: (world) => ({ search: world.secret }) },
      { input: (world) => ({ ownerId: world.ana.ownerId }) },
    ],
  },
  'clients.get': { attempts: [{ input: (world) => ({ id: world.hers.clientId }), code: 'CLIENT_NOT_FOUND' }] },
  'clients.create': {
    attempts: [
      {
        input: (world) => ({
          name: 'Ana',
          phone: '+5491100000001',
          ownerId: world.ana.ownerId,
          id: world.hers.clientId,
        }),
      },
    ],
  },
  'clients.update': {
    attempts: [
      { input: (world) => ({ id: world.hers.clientId, name: 'Robada' }), code: 'CLIENT_NOT_FOUND' },
      { input: (world) => ({ id: world.hers.clientId, phone: 'ninguno' }), code: 'CLIENT_NOT_FOUND' },
    ],
  },
  'clients.delete': { attempts: [{ input: (world) => ({ id: world.hers.clientId }), code: 'CLIENT_NOT_FOUND' }] },
  'orders.list': {
    attempts: [
      { input: (world) => ({ search: world.secret }) },
      { input: (world) => ({ clientId: world.hers.clientId }), code: 'CLIENT_NOT_FOUND' },
    ],
  },
  'orders.get': { attempts: [{ input: (world) => ({ id: world.hers.orderId }), code: 'ORDER_NOT_FOUND' }] },
  'orders.create': {
    attempts: [{ input: (world) => ({ clientId: world.hers.clientId, description: 'x' }), code: 'CLIENT_NOT_FOUND' }],
  },
  'orders.update': {
    attempts: [
      { input: (world) => ({ id: world.hers.orderId, status: 'cancelado' }), code: 'ORDER_NOT_FOUND' },
      { input: (world) => ({ id: world.his.orderId, clientId: world.hers.clientId }), code: 'CLIENT_NOT_FOUND' },
    ],
  },
  'orders.delete': { attempts: [{ input: (world) => ({ id: world.hers.orderId }), code: 'ORDER_NOT_FOUND' }] },
  'templates.list': { attempts: [{ input: (world) => ({ search: world.secret }) }] },
  'templates.get': { attempts: [{ input: (world) => ({ id: world.hers.templateId }), code: 'TEMPLATE_NOT_FOUND' }] },
  'templates.create': {
    attempts: [
      { input: (world) => ({ name: 'x', content: 'x', id: world.hers.templateId, ownerId: world.ana.ownerId }) },
    ],
  },
  'templates.update': {
    attempts: [
      { input: (world) => ({ id: world.hers.templateId, content: 'robada' }), code: 'TEMPLATE_NOT_FOUND' },
      { input: () => ({ id: 'entrega-es', content: 'la de Beto' }) },
    ],
  },
  'templates.delete': {
    attempts: [
      { input: (world) => ({ id: world.hers.templateId }), code: 'TEMPLATE_NOT_FOUND' },
      { input: () => ({ id: 'confirmacion-es' }) },
    ],
  },
  'messages.send': {
    attempts: [
      { input: (world) => ({ clientId: world.hers.clientId, text: 'soy Ana' }), code: 'CLIENT_NOT_FOUND' },
      {
        input: (world) => ({ clientId: world.his.clientId, orderId: world.hers.orderId, text: 'x' }),
        code: 'ORDER_NOT_FOUND',
      },
      {
        input: (world) => ({ clientId: world.his.clientId, templateId: world.hers.templateId }),
        code: 'TEMPLATE_NOT_FOUND',
      },
      { input: (world) => ({ clientId: world.his.clientId, text: 'mío', ownerId: world.ana.ownerId }) },
    ],
  },
  'messages.preview': {
    attempts: [
      { input: (world) => ({ clientId: world.hers.clientId }), code: 'CLIENT_NOT_FOUND' },
      { input: (world) => ({ clientId: world.his.clientId, orderId: world.hers.orderId }), code: 'ORDER_NOT_FOUND' },
      {
        input: (world) => ({ clientId: world.his.clientId, templateId: world.hers.templateId }),
        code: 'TEMPLATE_NOT_FOUND',
      },
      { input: (world) => ({ clientId: world.his.clientId, orderId: world.his.orderId }) },
    ],
  },
  'messages.list': {
    attempts: [
      { input: () => ({ limit: 500 }) },
      { input: (world) => ({ clientId: world.hers.clientId }), code: 'CLIENT_NOT_FOUND' },
      { input: (world) => ({ orderId: world.hers.orderId }), code: 'ORDER_NOT_FOUND' },
    ],
  },
  'messages.get': { attempts: [{ input: (world) => ({ id: world.hers.messageId }), code: 'MESSAGE_NOT_FOUND' }] },
  'messages.templates': own,
  'messages.unclaimed': { attempts: [{ input: () => ({}), code: 'ADMIN_ONLY' }] },
  'events.head': own,
  'events.follow': { attempts: [{ input: () => ({ lastEventId: '0' }) }] },
  'settings.get': own,
  'settings.update': {
    attempts: [{ input: (world) => ({ readReceipts: true, locale: 'en', ownerId: world.ana.ownerId }) }],
  },
  'whatsapp.status': own,
  'whatsapp.onStatus': own,
  'whatsapp.connect': { attempts: [{}] },
  'whatsapp.restart': own,
  'whatsapp.disconnect': { attempts: [{ input: (world) => ({ unlink: false, userId: world.ana.ownerId }) }] },
  'whatsapp.restore': own,
  'whatsapp.qr': own,
  'whatsapp.info': own,
  'whatsapp.availability': { open: true, attempts: [{}] },
  'whatsapp.messages': {
    attempts: [
      { input: () => ({ limit: 500 }) },
      { input: (world) => ({ clientId: world.hers.clientId }), code: 'CLIENT_NOT_FOUND' },
    ],
  },
  'whatsapp.send': {
    attempts: [
      { input: (world) => ({ clientNumber: world.phones.carla, text: 'soy Beto', ownerId: world.ana.ownerId }) },
    ],
  },
};
