import { describe, expect, test } from 'vitest';
import { isAppError } from '@/server/errors';
import { inputOf, readQuery } from '@/server/transport/rest-input';
import { matchRoute, type Route } from '@/server/transport/rest-routes';

/** What the old product's callers say, as a procedure's input. */

function routeOf(said: string): Route {
  const [method = '', path = ''] = said.split(' ');
  const match = matchRoute(method, path);
  if (match.kind !== 'found') throw new Error(`no ${said}`);
  return match.route;
}
const read = (said: string, given: unknown) => inputOf(routeOf(said), given, {});
const ask = (said: string, query: string) => {
  const { shape, oldNames = {} } = routeOf(said);
  return read(said, readQuery(shape ?? {}, oldNames, new URLSearchParams(query)));
};
function faultsOf(work: () => unknown) {
  try {
    return { taken: work() };
  } catch (error) {
    return isAppError(error, 'INVALID_INPUT') ? (error.more.faults ?? []) : { thrown: error };
  }
}
const says = (field: string, today: string) => ({
  field,
  es: `Dice otra cosa que \`${today}\`.`,
  en: `It says something else than \`${today}\`.`,
});

const PHONE = '+5491134567890';
const today = { clientNumber: PHONE, text: 'hola' };

describe('an old name', () => {
  const send = (body: unknown) => read('POST /whatsapp/send', body);

  test('stands for today’s, alone or beside it', () => {
    expect(send({ to: PHONE, message: 'hola' })).toEqual(today);
    expect(send({ to: PHONE, text: 'hola' })).toEqual(today);
    expect(send({ ...today, to: PHONE, message: 'hola' })).toEqual(today);
    // '' says nothing
    expect(send({ ...today, to: '', message: '' })).toEqual(today);
    expect(send({ clientNumber: '', text: '', to: PHONE, message: 'hola' })).toEqual(today);
    expect(send({ ...today, number: 'of nothing' })).toEqual({ ...today, number: 'of nothing' });
  });

  test('that says something else than today’s is at fault, and named', () => {
    expect(faultsOf(() => send({ ...today, to: '+5491100000000' }))).toEqual([says('to', 'clientNumber')]);
    expect(faultsOf(() => send({ ...today, message: 'chau' }))).toEqual([says('message', 'text')]);
    expect(faultsOf(() => send({ ...today, to: null, message: ['hola'] }))).toEqual([
      says('to', 'clientNumber'),
      says('message', 'text'),
    ]);
  });

  test('in a query string as well', () => {
    const route = { ...routeOf('GET /clients'), oldNames: { q: 'search' } };
    const asked = (query: string) =>
      inputOf(route, readQuery(route.shape ?? {}, route.oldNames, new URLSearchParams(query)), {});
    expect(asked('q=ana')).toEqual({ search: 'ana' });
    expect(asked('q=ana&search=ana')).toEqual({ search: 'ana' });
    expect(faultsOf(() => asked('q=ana&search=eva'))).toEqual([says('q', 'search')]);
  });
});

test('a field of a query string that is there twice is said to be', () => {
  const twice = (field: string) => ({ field, es: 'Está más de una vez.', en: 'It is there more than once.' });
  expect(faultsOf(() => ask('GET /clients', 'limit=1&limit=1&search=a&search=b&other=1&other=2'))).toEqual([
    twice('limit'),
    twice('search'),
  ]);
});

describe('an old value', () => {
  test('stands for today’s', () => {
    expect(ask('GET /messages', 'direction=incoming')).toEqual({ direction: 'inbound' });
    expect(ask('GET /whatsapp/messages', 'direction=outgoing')).toEqual({ direction: 'outbound' });
    expect(ask('GET /messages', 'channel=whatsapp_web')).toEqual({ channel: 'whatsapp', provider: 'whatsapp_web' });
    expect(ask('GET /messages', 'channel=whatsapp_web&provider=whatsapp_web')).toEqual({
      channel: 'whatsapp',
      provider: 'whatsapp_web',
    });
    expect(read('POST /messages/send', { channel: 'whatsapp_web' })).toEqual({ channel: 'whatsapp' });
  });

  test('that speaks for another field may not contradict it', () => {
    expect(faultsOf(() => ask('GET /messages', 'channel=whatsapp_web&provider=twilio'))).toEqual([
      says('channel', 'provider'),
    ]);
  });
});

describe('a body', () => {
  test('that is empty has no fields, and one that is no object is at fault as a whole', () => {
    expect(read('POST /whatsapp/send', undefined)).toEqual({});
    for (const body of [[], null, 'x', 5, true, [{}]]) {
      expect(
        faultsOf(() => read('POST /whatsapp/send', body)),
        JSON.stringify(body),
      ).toEqual([
        { field: '', es: 'El cuerpo tiene que ser un objeto JSON.', en: 'The body has to be a JSON object.' },
      ]);
    }
  });
});
