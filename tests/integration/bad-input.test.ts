import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERRORS } from '@/server/errors';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { badValues, CARLA, nothing, SHAPES, type World } from '@/tests/support/bad-inputs';
import { eventually } from '@/tests/support/node';
import { PROCEDURES, type Wire } from '@/tests/support/wire';
import { setStores } from '@/tests/support/stores';

/** What each procedure answers to nonsense: a code of the table, in both languages, that names the field; never a 500. */

const ANA = '+5491123456781';

const stores = setStores();
let app: TestApp;
let ana: Owner;
let wire: Wire;
let chatId: string;
let messageId: string;
let clientId: string;

beforeAll(async () => {
  // logins are not what is tried here
  const LOGIN_LIMIT = '100000';
  app = await createTestApp({
    ...stores,
    env: { LOGIN_LIMIT_PAIR: LOGIN_LIMIT, LOGIN_LIMIT_ACCOUNT: LOGIN_LIMIT, LOGIN_LIMIT_ADDRESS: LOGIN_LIMIT },
  });
  ana = await app.register('Ana', 'ana@example.com');
  await app.link(ana, ANA, 'Panadería');
  app.network.phone(CARLA, 'Carla').say(ANA, 'hola');
  const chat = await eventually('the chat', async () => (await ana.client.chats.list.query({})).items[0]);
  chatId = chat.id;
  messageId = chat.lastMessage?.id ?? '';
  clientId = (await ana.client.clients.list.query({})).items[0]?.id ?? '';
  wire = await app.wire({ token: ana.token });
}, 60_000);

afterAll(async () => {
  await app.close();
});

const world = (): World => ({ chatId, messageId, email: ana.email, clientId });

type Refusal = {
  status: number;
  error: { code: string; message: string; requestId: string; details?: unknown } | null;
};

async function send(path: string, input: unknown, locale: 'es' | 'en'): Promise<Refusal> {
  if (PROCEDURES[path] !== 'subscription') return app.call(path, { token: ana.token, input, locale });
  const mine = locale === 'es' ? wire : english;
  const followed = mine.follow(path, input);
  await eventually('an answer', async () => followed.error ?? followed.started);
  const { error } = followed;
  return { status: error ? ERRORS[error.code].status : 200, error };
}
let english: Wire;
beforeAll(async () => {
  english = await app.wire({ token: ana.token, locale: 'en' });
});

function expectTold({ status, error }: Refusal, locale: 'es' | 'en'): void {
  expect(error).not.toBeNull();
  const entry = ERRORS[(error?.code ?? '') as keyof typeof ERRORS];
  expect(entry).toBeDefined();
  expect(status).toBe(entry.status);
  expect(status).toBeLessThan(500);
  expect(error?.message).toBe(entry[locale]);
  expect(error?.requestId).toMatch(/^[\w-]{1,100}$/);
}

const describeValue = (value: unknown) => {
  const shown = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
  return shown.length > 40 ? `${shown.slice(0, 40)}… (${shown.length})` : shown;
};

const paths = Object.keys(PROCEDURES);

test('the table has every procedure, and nothing else', () => {
  expect(Object.keys(SHAPES).sort()).toEqual([...paths].sort());
});

for (const path of paths) {
  const shape = SHAPES[path] ?? nothing;
  const fields = { ...shape.required, ...shape.optional };
  if (shape === nothing) continue;
  describe(`${path}`, () => {
    for (const [field, kind] of Object.entries(fields)) {
      test(`refuses a bad ${field}, and names it`, async () => {
        for (const value of badValues(kind)) {
          const input = { ...shape.good(world()), [field]: value };
          const [es, en] = await Promise.all([send(path, input, 'es'), send(path, input, 'en')]);
          const what = `${field}: ${describeValue(value)} → ${es.status} ${JSON.stringify(es.error)}`;
          expect(String(es.error?.code), what).toMatch(/^INVALID_(INPUT|PHONE)$/);
          expectTold(es, 'es');
          expectTold(en, 'en');
          const details = (answer: Refusal) => answer.error?.details as { field: string; message: string }[];
          expect(
            details(es)?.some((detail) => detail.field === field || detail.field.startsWith(`${field}.`)),
            what,
          ).toBe(true);
          expect(details(es)[0]?.message, what).not.toBe(details(en)[0]?.message);
        }
      });
    }

    test('refuses what is no object, and what is missing', async () => {
      const whole = ['x', 5, true, null, [], [1, 2], ...(shape.bare ? [] : [undefined])];
      for (const input of whole) {
        const answer = await send(path, input, 'es');
        expect(answer.error?.code, describeValue(input)).toBe('INVALID_INPUT');
        expectTold(answer, 'es');
      }
      for (const field of Object.keys(shape.required ?? {})) {
        const { [field]: _, ...input } = shape.good(world());
        const answer = await send(path, input, 'en');
        expectTold(answer, 'en');
        expect(answer.error?.details).toEqual([{ field, message: 'Required.' }]);
      }
    });
  });
}

describe('ids that are well made but nobody’s', () => {
  const unknown = randomUUID();
  const cases: [string, () => unknown, string][] = [
    ['chats.get', () => ({ chatId: unknown }), 'CHAT_NOT_FOUND'],
    ['chats.messages', () => ({ chatId: unknown }), 'CHAT_NOT_FOUND'],
    ['chats.send', () => ({ chatId: unknown, text: 'x', clientKey: randomUUID() }), 'CHAT_NOT_FOUND'],
    ['chats.retry', () => ({ messageId: unknown }), 'MESSAGE_NOT_FOUND'],
    ['chats.markRead', () => ({ chatId: unknown, upToMessageId: messageId }), 'CHAT_NOT_FOUND'],
    ['chats.markRead', () => ({ chatId, upToMessageId: unknown }), 'MESSAGE_NOT_FOUND'],
    ['chats.start', () => ({ phone: '+5491199999999' }), 'NUMBER_NOT_ON_WHATSAPP'],
  ];
  for (const [path, input, code] of cases) {
    test(`${path} answers ${code}`, async () => {
      const answer = await send(path, input(), 'en');
      expectTold(answer, 'en');
      expect(answer.error?.code).toBe(code);
    });
  }
});
