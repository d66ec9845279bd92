/** What the page around the messages may do one day: a name and a script (drift-page.ts) each. */
const lists = (make: string): string => `const listed = (plain, ...also) => { ${make} };
drift.member('WAWebCollections.Msg', (plain) => listed(plain));
drift.member('WAWebCollections.Chat', (plain) => listed(drift.view(plain, {
  get: (id) => { const chat = plain.get(id); return chat && drift.view(chat, { msgs: listed(chat.msgs) }); },
  getModelsArray: () => plain.getModelsArray().map((chat) => drift.view(chat, { msgs: listed(chat.msgs) })),
})));`;
const socket = (over: string): string =>
  `drift.member('WAWebSocketModel.Socket', (plain) => drift.view(plain, { ${over} }));`;
/** Once in this browser's profile and run; \`when\` names the moment. */
const once = (key: string, body: string): string =>
  `if (!sessionStorage.getItem('${key}')) { const go = () => { if (sessionStorage.getItem('${key}')) return; sessionStorage.setItem('${key}', '1'); location.reload(); }; ${body} }`;
const ready = (body: string): string =>
  `drift.whenInstalled(() => { const wait = setInterval(() => { if (!window.WWebJS) return; clearInterval(wait); ${body} }, 20); });`;

export const pageDrifts: [string, string][] = [
  // Collections.
  [
    'collections that are like a Map',
    lists(
      `return drift.view(plain, { getModelsArray: undefined, values: () => plain.getModelsArray().values(), entries: () => plain.getModelsArray().map((one) => [String(one.id), one]).values(), [Symbol.iterator]: () => plain.getModelsArray().map((one) => [String(one.id), one]).values() });`,
    ),
  ],
  [
    'collections that keep an array',
    lists('return drift.view(plain, { getModelsArray: undefined, get _models() { return plain.getModelsArray(); } });'),
  ],
  [
    'collections that can be gone through',
    lists(
      'return drift.view(plain, { getModelsArray: undefined, [Symbol.iterator]: () => plain.getModelsArray().values() });',
    ),
  ],
  [
    'collections whose list is a Set',
    lists('return drift.view(plain, { getModelsArray: () => new Set(plain.getModelsArray()) });'),
  ],
  [
    'collections whose list is a promise',
    lists('return drift.view(plain, { getModelsArray: async () => plain.getModelsArray() });'),
  ],
  [
    'collections that know Wids and keys alone',
    `drift.member('WAWebCollections.Chat.get', (plain) => (id) => typeof id === 'string' ? undefined : plain(id));`,
  ],
  [
    'collections that know texts alone',
    `for (const name of ['Chat', 'Msg']) drift.member('WAWebCollections.' + name + '.get', (plain) => (id) => typeof id === 'string' ? plain(id) : undefined);`,
  ],
  [
    'collections that throw for what they do not have',
    `for (const name of ['Chat', 'Msg']) drift.member('WAWebCollections.' + name + '.get', (plain) => (id) => { const found = plain(id); if (!found) throw new Error('not found'); return found; });`,
  ],
  [
    'chats that come late',
    `const since = Date.now(); drift.member('WAWebCollections.Chat.getModelsArray', (plain) => () => (window.WWebJS && (window.since ??= Date.now()) < Date.now() - 3000 ? plain() : []));`,
  ],
  [
    'chats without their messages',
    `drift.member('WAWebCollections.Chat', (plain) => drift.view(plain, { get: (id) => { const chat = plain.get(id); return chat && drift.view(chat, { msgs: undefined }); }, getModelsArray: () => plain.getModelsArray().map((chat) => drift.view(chat, { msgs: undefined })) }));`,
  ],
  [
    'chats without anything but an id',
    `drift.member('WAWebCollections.Chat.getModelsArray', (plain) => () => plain().map((chat) => ({ id: chat.id })));`,
  ],
  [
    'one chat that throws',
    `drift.member('WAWebCollections.Chat.getModelsArray', (plain) => () => [{ get id() { throw new Error('broken'); } }, null, undefined, ...plain()]);`,
  ],
  [
    'one message that throws',
    `drift.member('WAWebCollections.Msg.getModelsArray', (plain) => () => [{ get id() { throw new Error('broken'); } }, null, undefined, ...plain()]);`,
  ],
  [
    'chat times in milliseconds',
    `drift.member('WAWebCollections.Chat.getModelsArray', (plain) => () => plain().map((chat) => drift.view(chat, { t: chat.t * 1000 })));`,
  ],

  // Sending.
  [
    'a send that answers a promise of its promises',
    `drift.member('WAWebSendMsgChatAction.addAndSendMsgToChat', (plain) => async (...args) => plain(...args));`,
  ],
  [
    'a send that answers one promise',
    `drift.member('WAWebSendMsgChatAction.addAndSendMsgToChat', (plain) => (...args) => plain(...args)[1]);`,
  ],
  [
    'a send that rejects though it was sent',
    `drift.member('WAWebSendMsgChatAction.addAndSendMsgToChat', (plain) => (...args) => { const [, sent] = plain(...args); return [Promise.reject(new Error('no')), sent]; });`,
  ],
  [
    'a send whose first promise never comes',
    `drift.member('WAWebSendMsgChatAction.addAndSendMsgToChat', (plain) => (...args) => { const [, sent] = plain(...args); return [new Promise(() => {}), sent]; });`,
  ],
  [
    'a send that is late by a second',
    `drift.member('WAWebSendMsgChatAction.addAndSendMsgToChat', (plain) => (...args) => { const later = new Promise((done) => setTimeout(done, 1000)).then(() => Promise.all(plain(...args))); return [Promise.resolve(undefined), later.then((both) => both[1])]; });`,
  ],
  [
    'a send that is late by a second and throws',
    `drift.member('WAWebSendMsgChatAction.addAndSendMsgToChat', (plain) => (...args) => { setTimeout(() => plain(...args), 1000); throw new Error('not yet'); });`,
  ],
  [
    'a send that wants another shape',
    `drift.member('WAWebSendMsgChatAction.addAndSendMsgToChat', (plain) => ({ chat, message }) => plain(chat, message));`,
  ],
  [
    'keys that are made by a function',
    `drift.module('WAWebMsgKey', (plain) => ({ newId: plain.newId, from: (parts) => new plain(parts) }));`,
  ],
  ['keys under default', `drift.module('WAWebMsgKey', (plain) => ({ default: plain, newId: plain.newId }));`],
  [
    'a number check that answers another shape',
    `drift.member('WAWebQueryExistsJob.queryWidExists', (plain) => async (wid) => { const found = await plain(wid); return found && { jid: found.wid, lid: found.lid }; });`,
  ],
  [
    'a number check that answers a list',
    `drift.member('WAWebQueryExistsJob.queryWidExists', (plain) => async (wid) => { const found = await plain(wid); return found ? [found] : []; });`,
  ],
  [
    'a number check that answers a text',
    `drift.member('WAWebQueryExistsJob.queryWidExists', (plain) => async (wid) => { const found = await plain(wid); return found && { wid: String(found.wid) }; });`,
  ],
  [
    'a number check that answers in a word',
    `drift.member('WAWebQueryExistsJob.queryWidExists', (plain) => async (wid) => Boolean(await plain(wid)));`,
  ],

  [
    'a feature that comes when its loader is asked, which refuses all it does not know',
    `let here = false;
drift.module('WAWebQueryExistsJob', (plain) => drift.view(plain, { get queryWidExists() { return here ? plain.queryWidExists : undefined; } }));
drift.member('Bootloader.loadModules', () => (names, loaded) => { for (const name of names) if (name !== 'WAWebQueryExistsJob') throw new Error('unknown component'); setTimeout(() => { here = true; loaded(); }, 20); });
drift.member('WAWebChatLoadMessages.loadEarlierMsgs', () => undefined);`,
  ],

  // States.
  [
    'another word for connected',
    socket(`get state() { return plain.state === 'CONNECTED' ? 'ONLINE' : plain.state; }`),
  ],
  [
    'another word for on the way',
    socket(`get state() { return plain.state === 'OPENING' ? 'STARTING' : plain.state; }`),
  ],
  [
    'numbers for states',
    socket(`get state() { return ['OPENING', 'PAIRING', 'UNPAIRED', 'CONNECTED', 'TIMEOUT'].indexOf(plain.state); }`),
  ],
  ['no hasSynced', socket('hasSynced: undefined')],
  [
    'no hasSynced and no Stream',
    `${socket('hasSynced: undefined')} drift.module('WAWebStreamModel', () => { throw new Error('unknown module'); });`,
  ],
  ['hasSynced is a function', socket('hasSynced: () => true')],
  [
    'another word for the main mode',
    `drift.member('WAWebStreamModel.Stream', (plain) => drift.view(plain, { get mode() { return plain.mode === 'MAIN' ? 'HOME' : plain.mode; } }));`,
  ],
  [
    'a connection that comes and goes',
    socket(`get state() { return plain.state === 'CONNECTED' && Date.now() % 400 < 200 ? 'TIMEOUT' : plain.state; }`),
  ],
  [
    'a link that seems gone for a while',
    `${ready(`setTimeout(() => { window.gone = Date.now() + 1500; }, 200);`)} ${socket(`get state() { return window.gone > Date.now() ? 'UNPAIRED' : plain.state; }`)}`,
  ],

  // Documents.
  ['a page that loads itself anew at once', once('a', 'go();')],
  ['a page that loads itself anew when it has modules', once('b', 'drift.whenInstalled(() => setTimeout(go, 100));')],
  [
    'a page that loads itself anew while the library goes in',
    `${once('c', `const wait = setInterval(() => { if (!window.AuthStore) return; clearInterval(wait); go(); }, 5);`)}`,
  ],
  [
    'a page that loads itself anew when it is ready',
    once('d', `const wait = setInterval(() => { if (!window.WWebJS) return; clearInterval(wait); go(); }, 5);`),
  ],
  ['a page that loads itself anew again and again', 'setTimeout(() => location.reload(), 900);'],
  ['a page that loads itself anew again and again, slowly', 'setTimeout(() => location.reload(), 3000);'],
  [
    'Trusted Types',
    `const meta = document.createElement('meta'); meta.httpEquiv = 'Content-Security-Policy'; meta.content = "script-src 'unsafe-inline'; require-trusted-types-for 'script'; trusted-types 'none'"; document.documentElement.append(meta); (document.head ?? document.documentElement).append(meta);`,
  ],
  [
    'a page without eval',
    `window.eval = () => { throw new EvalError('no'); }; window.Function = function () { throw new EvalError('no'); };`,
  ],
  [
    'a page of frames',
    `drift.whenInstalled(() => { let i = 0; setInterval(() => { const frame = document.createElement('iframe'); frame.src = 'about:blank#' + i++; document.body.append(frame); setTimeout(() => frame.remove(), 200); }, 150); });`,
  ],
  [
    'a page that changes its address',
    `drift.whenInstalled(() => { let i = 0; setInterval(() => history.pushState({}, '', '/chat/' + i++), 150); });`,
  ],
  ['a page that shows an alert', ready(`setTimeout(() => alert('Hola'), 100);`)],
  [
    'a page that asks before it is left',
    `addEventListener('beforeunload', (event) => { event.preventDefault(); event.returnValue = 'x'; });`,
  ],
  [
    'require that comes late',
    `Object.defineProperty(window, 'require', { configurable: true, get: () => undefined, set(value) { setTimeout(() => Object.defineProperty(window, 'require', { value, writable: true, configurable: true }), 400); } });`,
  ],
  [
    'require by another name',
    `Object.defineProperty(window, 'require', { configurable: true, get: () => undefined, set(value) { window.importModule = value; } });`,
  ],
  [
    'require that answers promises',
    `Object.defineProperty(window, 'require', { configurable: true, get: () => undefined, set(value) { Object.defineProperty(window, 'require', { value: async (name) => value(name) }); } });`,
  ],
  [
    'require that cannot be replaced',
    `Object.defineProperty(window, 'require', { configurable: true, get: () => undefined, set(value) { Object.defineProperty(window, 'require', { value, writable: false, configurable: false }); } });`,
  ],
  [
    'require that cannot be replaced, and no link finder',
    `drift.whenInstalled(() => { const value = window.require; Object.defineProperty(window, 'require', { value, writable: false, configurable: false }); }); drift.module('WALinkify', () => { throw new Error('unknown module'); });`,
  ],
  [
    'require that answers undefined for what it has not',
    `drift.whenInstalled(() => { const plain = window.require; window.require = (name) => { try { return plain(name); } catch { return undefined; } }; }); for (const name of ['WALinkify', 'WAWebCallCollection']) drift.module(name, () => undefined);`,
  ],
  ['a Debug that is sealed', 'window.Debug = Object.freeze({});'],
  ['a Debug that is no object', 'Object.defineProperty(window, "Debug", { value: undefined });'],
];

/** The same while there is no link yet. */
export const pairingDrifts: [string, string][] = [
  ['nothing', ''],
  [
    'a ref that changes without a word',
    `drift.member('WAWebConnModel.Conn', (plain) => drift.view(plain, { on: (names, listener, context) => { if (names !== 'change:ref') plain.on(names, listener, context); }, get ref() { return Date.now() - (window.first ??= Date.now()) < 1200 ? 'old' : plain.ref; } }));`,
  ],
  [
    'a ref that comes late and without a word',
    `drift.member('WAWebConnModel.Conn', (plain) => drift.view(plain, { on: (names, listener, context) => { if (names !== 'change:ref') plain.on(names, listener, context); }, get ref() { return Date.now() - (window.first ??= Date.now()) < 1500 ? undefined : plain.ref; } }));`,
  ],
  [
    'a ref that is an object',
    `drift.member('WAWebConnModel.Conn', (plain) => drift.view(plain, { get ref() { return plain.ref && { toString: () => plain.ref }; } }));`,
  ],
  ['no state events', `drift.member('WAWebSocketModel.Socket', (plain) => drift.view(plain, { on() {} }));`],
  [
    'another word for unpaired',
    socket(`get state() { return plain.state === 'UNPAIRED' ? 'LOGGED_OFF' : plain.state; }`),
  ],
  ['another word for pairing', socket(`get state() { return plain.state === 'PAIRING' ? 'LINKING' : plain.state; }`)],
  [
    'a page that loads itself anew after the scan',
    `const wait = setInterval(() => { try { if (window.require('WAWebSocketModel').Socket.state !== 'PAIRING' || sessionStorage.getItem('x')) return; } catch { return; } clearInterval(wait); sessionStorage.setItem('x', '1'); setTimeout(() => location.reload(), 60); }, 3);`,
  ],
];
