/**
 * The routes of contract.md, a row each: where it is served, and the procedure that answers. `old`: of the old product, answered like
 * the new ones. A route that is served and is not here, or is here and not served, fails tests/unit/openapi.test.ts.
 */
export type ContractRoute = { route: string; procedure: string; public?: true; old?: true };

export const CONTRACT_ROUTES: ContractRoute[] = [
  { route: 'POST /auth/register', procedure: 'auth.register', public: true },
  { route: 'POST /auth/login', procedure: 'auth.login', public: true },
  { route: 'GET /auth/me', procedure: 'auth.me' },
  { route: 'POST /auth/logout', procedure: 'auth.logout' },
  { route: 'POST /auth/password', procedure: 'auth.password' },
  { route: 'POST /auth/password/reset', procedure: 'auth.resetPassword', public: true },
  { route: 'POST /auth/password/forgot', procedure: 'auth.forgotPassword', public: true },

  { route: 'GET /clients', procedure: 'clients.list' },
  { route: 'POST /clients', procedure: 'clients.create' },
  { route: 'GET /clients/{id}', procedure: 'clients.get' },
  { route: 'PUT /clients/{id}', procedure: 'clients.update' },
  { route: 'DELETE /clients/{id}', procedure: 'clients.delete' },

  { route: 'GET /orders', procedure: 'orders.list' },
  { route: 'POST /orders', procedure: 'orders.create' },
  { route: 'GET /orders/{id}', procedure: 'orders.get' },
  { route: 'PUT /orders/{id}', procedure: 'orders.update' },
  { route: 'DELETE /orders/{id}', procedure: 'orders.delete' },

  { route: 'GET /templates', procedure: 'templates.list' },
  { route: 'POST /templates', procedure: 'templates.create' },
  { route: 'GET /templates/{id}', procedure: 'templates.get' },
  { route: 'PUT /templates/{id}', procedure: 'templates.update' },
  { route: 'DELETE /templates/{id}', procedure: 'templates.delete' },

  { route: 'POST /messages/send', procedure: 'messages.send' },
  { route: 'POST /messages/template', procedure: 'messages.preview' },
  { route: 'GET /messages', procedure: 'messages.list' },
  { route: 'GET /messages/{id}', procedure: 'messages.get' },
  { route: 'GET /messages/templates', procedure: 'messages.templates' },

  { route: 'POST /whatsapp/connect', procedure: 'whatsapp.connect' },
  { route: 'POST /whatsapp/connect-auth', procedure: 'whatsapp.connect', old: true },
  { route: 'GET /whatsapp/status', procedure: 'whatsapp.status' },
  { route: 'POST /whatsapp/disconnect', procedure: 'whatsapp.disconnect' },
  { route: 'POST /whatsapp/restore', procedure: 'whatsapp.restore' },
  { route: 'POST /whatsapp/send', procedure: 'whatsapp.send' },
  { route: 'GET /whatsapp/info', procedure: 'whatsapp.info' },
  { route: 'GET /whatsapp/info-auth', procedure: 'whatsapp.info', old: true },
  { route: 'GET /whatsapp/messages', procedure: 'whatsapp.messages' },
  { route: 'GET /whatsapp/qr', procedure: 'whatsapp.qr' },
  { route: 'GET /whatsapp/availability', procedure: 'whatsapp.availability', public: true },
  { route: 'POST /whatsapp/restart', procedure: 'whatsapp.restart' },
];

/** What providers call: no procedures, described by hand. */
export const WEBHOOK_ROUTES = ['POST /webhooks/twilio'];

/**
 * The old product's names (contract.md, "An old client") beside its old routes above: of a field, or of one of its values. `at`: where
 * in a body, a query string or an answer.
 */
export type OldName = { route: string; in: 'body' | 'query' | 'answer'; at: string; value?: string };

export const OLD_NAMES: OldName[] = [
  { route: 'POST /whatsapp/send', in: 'body', at: 'to' },
  { route: 'POST /whatsapp/send', in: 'body', at: 'message' },
  { route: 'POST /messages/send', in: 'body', at: 'channel', value: 'whatsapp_web' },
  { route: 'GET /messages', in: 'query', at: 'channel', value: 'whatsapp_web' },
  { route: 'GET /messages', in: 'query', at: 'direction', value: 'incoming' },
  { route: 'GET /messages', in: 'query', at: 'direction', value: 'outgoing' },
  { route: 'GET /whatsapp/messages', in: 'query', at: 'direction', value: 'incoming' },
  { route: 'GET /whatsapp/messages', in: 'query', at: 'direction', value: 'outgoing' },
  { route: 'GET /whatsapp/messages', in: 'answer', at: 'messages.body' },
  { route: 'GET /whatsapp/messages', in: 'answer', at: 'messages.timestamp' },
  { route: 'GET /whatsapp/info', in: 'answer', at: 'info.number' },
  { route: 'GET /whatsapp/info-auth', in: 'answer', at: 'info.number' },
];
