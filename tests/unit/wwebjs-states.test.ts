import { expect, test } from 'vitest';
import type { EngineState } from '@/server/whatsapp/engine';
import { PageChangedError } from '@/server/whatsapp/wwebjs-client';
import { failureOf, withVersion } from '@/server/whatsapp/wwebjs-states';

const crashed = (error: unknown, version: string | null = null) => {
  const state = withVersion({ kind: 'crashed', reason: failureOf(error) }, version);
  return state.kind === 'crashed' ? state.reason : null;
};

test('what the page lacks is carried by name, each name once, with the version of the page', () => {
  const missing = ['WAWebMsgKey.newId', 'WAWebCollections', 'WAWebMsgKey.newId'];
  expect(crashed(new PageChangedError(missing), '2.3000.1047123')).toMatchObject({
    code: 'WHATSAPP_CHANGED',
    page: { missing: ['WAWebMsgKey.newId', 'WAWebCollections'], version: '2.3000.1047123' },
  });
});

test("the library's own complaints are read for names, and for nothing else", () => {
  const unknown = crashed(new Error('Requiring unknown module "WAWebSendSeenJob"'));
  expect(unknown?.page).toEqual({ missing: ['WAWebSendSeenJob'], version: null });
  const called = crashed(new TypeError('window.require("WAWebCmd").Cmd.on is not a function, said Ana García'));
  expect(called?.page?.missing).toEqual(['WAWebCmd']);
  expect(crashed(new TypeError("Cannot read properties of undefined (reading 'hola Ana')"))?.page?.missing).toEqual([]);
});

test('names alone go further, and not too many; a version is a version', () => {
  const endless = Array.from({ length: 500 }, (_, index) => `WAWebModule${index}`);
  const strange = ['hola Ana', '+5491123456789', 'W'.repeat(500), '<b>'];
  const page = crashed(new PageChangedError([...strange, ...endless]), 'versión <b>')?.page;
  expect(page?.missing).toHaveLength(40);
  expect(page?.missing[0]).toBe('WAWebModule0');
  expect(page?.version).toBeNull();
});

test('other failures have no page', () => {
  expect(crashed(new Error('net::ERR_FAILED'), '2.3000.1')).not.toHaveProperty('page');
  const ready: EngineState = { kind: 'ready', phone: '+5491123456789', name: 'Ana' };
  expect(withVersion(ready, '2.3000.1')).toBe(ready);
});

test('a page that died before it could answer is not one that changed', () => {
  for (const message of [
    'Protocol error (Runtime.callFunctionOn): Session with given id not found.',
    'Protocol error (Runtime.callFunctionOn): Target closed',
    'Protocol error (Page.addScriptToEvaluateOnNewDocument): Internal error: module not found',
  ])
    expect(crashed(new Error(message))?.code, message).toBe('PAGE_DIED');
});
