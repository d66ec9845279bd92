import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { OwnerId } from '@/server/auth/owner-id';
import { createTwilio } from '@/server/channels/twilio';
import { assertContents, contentFor } from '@/server/channels/twilio-content';
import { isBeforeTheRequest } from '@/server/channels/twilio-errors';

const open: Server[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => new Promise((done) => server.close(done))));
});

/** What becomes of a message that is sent to this server, by https. */
async function sentTo(server: Server) {
  open.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const twilio = createTwilio({
    accountSid: 'ACff',
    authToken: 'x',
    number: '+14155238886',
    apiBaseUrl: `https://127.0.0.1:${port}`,
    contentSids: {},
    callbackUrl: null,
    timeoutMs: 5_000,
  });
  return twilio.send({
    messageId: 'm',
    attemptId: 'a',
    ownerId: 'o' as OwnerId,
    recipient: '+5491134567890',
    subject: null,
    text: 'hola',
    templateType: null,
    owner: { name: 'Ana', email: 'ana@example.com' },
  });
}

describe('a message did certainly not leave', () => {
  test('where the server speaks no TLS, or hangs up before it does', async () => {
    expect(await sentTo(createHttpServer())).toEqual({ kind: 'not_left', code: 'EPROTO' });
    const hangsUp = createServer((socket) => void socket.once('data', () => socket.destroy()));
    expect(await sentTo(hangsUp)).toEqual({ kind: 'not_left', code: 'ECONNRESET' });
  });

  test('by the codes of what comes before a request', () => {
    for (const code of [
      'ENOTFOUND',
      'CERT_HAS_EXPIRED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ]) {
      expect(isBeforeTheRequest(Object.assign(new Error('no'), { code }))).toBe(true);
    }
    for (const error of [{ code: 'ECONNRESET' }, { code: 'EPROTO' }, { code: 'ECONNABORTED' }, 'no', null]) {
      expect(isBeforeTheRequest(error)).toBe(false);
    }
  });
});

describe('an approved template', () => {
  const sids = { confirmacion: 'HX1', entrega_en: 'HX2' };

  test('stands for a text of its wording, and for no other', () => {
    const text = 'Hola Ana (la de $1), confirmamos tu pedido: 2 tortas. ¡Gracias!';
    expect(contentFor(sids, { templateType: 'confirmacion', text })).toEqual({
      contentSid: 'HX1',
      variables: ['Ana (la de $1)', '2 tortas'],
    });
    const english = 'Hello Ana, your order is ready for delivery: cake.';
    expect(contentFor(sids, { templateType: 'entrega', text: english })?.contentSid).toBe('HX2');
    for (const [templateType, other] of [
      [null, text],
      ['entrega', text],
      ['confirmacion', `${text}!`],
      ['confirmacion', `¡${text}`],
      ['confirmacion', 'Hola , confirmamos tu pedido: . ¡Gracias!'],
      ['entrega', 'Hola Ana, tu pedido está listo para entregar: torta.'],
      // WhatsApp takes no such variable
      ['confirmacion', 'Hola Ana, confirmamos tu pedido: 2 tortas\n1 pan. ¡Gracias!'],
    ] as const) {
      expect(contentFor(sids, { templateType, text: other })).toBeNull();
    }
  });

  test('is one of the built-in ones', () => {
    expect(() => assertContents(sids)).not.toThrow();
    expect(() => assertContents({ ...sids, promo: 'HX3' })).toThrow('TWILIO_CONTENT_SID_PROMO: there is no such');
  });
});
