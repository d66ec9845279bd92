/** What a message, its id, and what is told of it may look like one day: a name and a script (drift-page.ts) each. */
const model = (fields: string): string => `drift.models((model) => {
  const fields = (() => { ${fields} })();
  return { ...fields, serialize: () => drift.said(model, fields), toJSON: () => drift.said(model, fields) };
});`;
const on = (body: string): string => `drift.member('WAWebCollections.Msg', (plain) => drift.view(plain, {
  on: (names, listener, context) => { ${body} },
}));`;
/** `how` has the plain Wid in `wid`. */
const wids = (how: string): string => `
const changed = (wid) => { ${how} };
drift.member('WAWebWidFactory.createWid', (plain) => (like) => changed(plain(typeof like === 'object' && like ? String(like.user + '@' + like.server) : like)));
drift.models((model) => {
  const id = drift.view(model.id, { remote: changed(model.id.remote) });
  const fields = { id, from: changed(model.from), to: changed(model.to) };
  return { ...fields, serialize: () => drift.said(model, fields) };
});`;

/** Every conversation, and every id in it, is under a hidden number; the page itself goes on with phones. */
const lids = `
const make = (text) => drift.real('WAWebWidFactory').createWid(text);
const other = (wid, from) => { const text = String(wid); return text.endsWith(from) ? drift.real('WAWebApiContact').getAlternateUserWid(make(text)) ?? wid : wid; };
const toLid = (wid) => other(wid, '@c.us');
const toPn = (wid) => other(wid, '@lid');
const keyText = (text, to) => String(text).replace(/[^_]+@[a-z.]+/, (chat) => String(to(chat)));
const realChat = (chat) => drift.real('WAWebCollections').Chat.get(toPn(chat.id));
const asLid = (chat) => chat && drift.view(chat, { id: toLid(chat.id) });
drift.models((model) => {
  const text = keyText(model.id, toLid);
  const id = drift.view(model.id, { remote: toLid(model.id.remote), _serialized: text, $1: text, toString: () => text });
  const fields = { id, from: toLid(model.from), to: toLid(model.to) };
  return { ...fields, serialize: () => drift.said(model, fields) };
});
drift.member('WAWebCollections.Msg.get', (plain) => (id) => plain(keyText(id, toPn)));
drift.member('WAWebCollections.Chat', (plain) => drift.view(plain, {
  get: (id) => asLid(plain.get(toPn(id))),
  getModelsArray: () => plain.getModelsArray().map(asLid),
}));
drift.member('WAWebFindChatAction.findOrCreateLatestChat', (plain) => async (wid) => ({ chat: asLid((await plain(toPn(wid))).chat) }));
drift.member('WAWebQueryExistsJob.queryWidExists', (plain) => async (wid) => { const found = await plain(toPn(wid)); return found && { wid: found.lid ?? toLid(found.wid) }; });
drift.member('WAWebSendMsgChatAction.addAndSendMsgToChat', (plain) => (chat, message) => {
  const Key = drift.real('WAWebMsgKey');
  const id = new Key({ from: message.from, to: toPn(message.to), id: message.id.id, selfDir: 'out' });
  return plain(realChat(chat), { ...message, id, to: toPn(message.to) });
});
drift.member('WAWebChatLoadMessages.loadEarlierMsgs', (plain) => ({ chat }) => plain({ chat: realChat(chat) }));
drift.member('WAWebUpdateUnreadChatAction.sendSeen', (plain) => ({ chat }) => plain({ chat: realChat(chat) }));
`;

export const messageDrifts: [string, string][] = [
  ['hidden numbers everywhere', lids],
  [
    'hidden numbers everywhere, our own too',
    `${lids} drift.member('WAWebUserPrefsMeUser.getMaybeMePnUser', () => () => undefined);`,
  ],
  // Ids.
  [
    'ids without a text of their own',
    model(
      `return { id: drift.view(model.id, { _serialized: undefined, $1: undefined, toString: () => '[object Object]' }) };`,
    ),
  ],
  ['ids that are texts', model(`return { id: String(model.id) };`)],
  ['ids whose chat is a text', model(`return { id: drift.view(model.id, { remote: String(model.id.remote) }) };`)],
  [
    'ids without a chat',
    model(
      `return { id: { id: model.id.id, fromMe: model.id.fromMe, _serialized: String(model.id), toString: () => String(model.id) } };`,
    ),
  ],
  [
    'ids of getters alone',
    model(`const { fromMe, remote, id } = model.id; const text = String(model.id);
    return { id: Object.create({ get fromMe() { return fromMe; }, get remote() { return remote; }, get id() { return id; }, get _serialized() { return text; }, toString: () => text }) };`),
  ],
  [
    'ids whose parts have other names',
    model(`const text = String(model.id); const { fromMe, remote, id } = model.id;
    return { id: Object.assign(Object.create({ toString: () => text }), { a: fromMe, b: remote, c: id }) };`),
  ],
  [
    'ids in an object with null for a prototype',
    model(
      `const { fromMe, remote, id } = model.id; return { id: Object.assign(Object.create(null), { fromMe, remote: String(remote), id }) };`,
    ),
  ],
  ['from and to that are texts', model('return { from: String(model.from), to: String(model.to) };')],
  ['no from and no to', model('return { from: undefined, to: undefined };')],
  [
    'Wids without a text of their own',
    wids(`return drift.view(wid, { _serialized: undefined, toString: () => '[object Object]' });`),
  ],
  ['Wids that are texts', wids('return String(wid);')],
  [
    'Wids without methods',
    wids(
      'return { user: wid.user, server: wid.server, _serialized: String(wid), toString: () => String(wid), toJid: () => wid.toJid() };',
    ),
  ],
  [
    'Wids of s.whatsapp.net with a device',
    wids(
      `return wid.server === 'c.us' ? drift.view(wid, { server: 's.whatsapp.net', user: wid.user, _serialized: wid.user + ':7@s.whatsapp.net' }) : wid;`,
    ),
  ],

  // Models.
  ['models whose fields are getters', `drift.models((model) => ({ serialize: () => ({}), toJSON: () => ({}) }));`],
  ['models without serialize', `drift.models(() => ({ serialize: undefined, toJSON: undefined }));`],
  ['models whose serialize throws', `drift.models(() => ({ serialize() { throw new Error('no'); } }));`],
  [
    'models whose serialize answers a promise',
    `drift.models((model) => ({ serialize: async () => model.serialize() }));`,
  ],
  [
    'models that turn in a circle',
    `drift.models((model) => ({ serialize: () => { const all = model.serialize(); all.self = all; return all; } }));`,
  ],
  ['models with a BigInt', `drift.models((model) => ({ serialize: () => ({ ...model.serialize(), order: 12n }) }));`],
  ['times in milliseconds', model('return { t: model.t * 1000 };')],
  ['times that are texts', model('return { t: String(model.t) };')],
  ['times that are dates', model('return { t: new Date(model.t * 1000) };')],
  ['times that are BigInts', model('return { t: BigInt(model.t) };')],
  ['no times', model('return { t: undefined };')],
  ['times under another name', model('return { t: undefined, timestamp: model.t };')],
  ['another word for a text', model(`return { type: 'text' };`)],
  ['no kinds', model('return { type: undefined };')],
  ['nothing that says what is new', model('return { isNewMsg: undefined };')],
  [
    'own messages that only say out',
    model(
      `const text = String(model.id); return { id: { _serialized: text.replace(/^(true|false)_/, ''), id: model.id.id, remote: model.id.remote } };`,
    ),
  ],

  // Events.
  [
    'every message told twice',
    on(`plain.on(names, (...args) => { listener(...args); if (names === 'add') listener(...args); }, context);`),
  ],
  [
    'an old message told as new, and no end of it',
    `${on(`plain.on(names, listener, context); if (names === 'add') setInterval(() => { const old = plain.getModelsArray()[0]; if (old) listener(drift.view(old, { isNewMsg: true })); }, 200);`)}`,
  ],
  ['no word of a new message', on(`plain.on(names, names === 'add' ? () => {} : listener, context);`)],
  [
    'a message told without the message',
    on(`plain.on(names, (...args) => (names === 'add' ? listener() : listener(...args)), context);`),
  ],
  [
    'messages told in a list',
    on(`plain.on(names, (...args) => (names === 'add' ? listener([args[0]]) : listener(...args)), context);`),
  ],
  [
    'messages told before they are in the collection, late by a second',
    on(
      `plain.on(names, (...args) => (names === 'add' ? setTimeout(() => listener(...args), 1000) : listener(...args)), context);`,
    ),
  ],
  [
    'acks told twice',
    on(`plain.on(names, (...args) => { listener(...args); if (names === 'change:ack') listener(...args); }, context);`),
  ],
  [
    'acks told in the wrong order',
    on(
      `plain.on(names, (model, ack, ...rest) => { if (names !== 'change:ack') return listener(model, ack, ...rest); setTimeout(() => listener(model, ack, ...rest), ack === 1 ? 700 : 0); }, context);`,
    ),
  ],
  ['no word of an ack', on(`if (names !== 'change:ack') plain.on(names, listener, context);`)],
  [
    'acks told without a value',
    on(
      `plain.on(names, (model, ...rest) => (names === 'change:ack' ? listener(model) : listener(model, ...rest)), context);`,
    ),
  ],
  [
    'acks told as texts',
    on(
      `plain.on(names, (model, ack, ...rest) => listener(model, names === 'change:ack' ? String(ack) : ack, ...rest), context);`,
    ),
  ],
  [
    'acks told with the collection first',
    on(
      `plain.on(names, (model, ...rest) => (names === 'change:ack' ? listener(plain, model) : listener(model, ...rest)), context);`,
    ),
  ],
];
