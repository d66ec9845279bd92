import type { Drift } from './drift-session';

/** What whatsapp-web.js 1.34.7 and the adapter touch before there is a link, and what a linked page is asked for. */
const pairing = [
  'WAWebSocketModel.Socket.on',
  'WAWebSocketModel.Socket.state',
  'WAWebCmd.Cmd.on',
  'WAWebConnModel.Conn.on',
  'WAWebConnModel.Conn.ref',
  'WAWebOfflineHandler.OfflineMessageHandler',
  'WAWebAltDeviceLinkingApi.setPairingType',
  'WABase64.encodeB64',
  'WAWebCompanionRegClientUtils.DEVICE_PLATFORM',
  'WAWebAdvSignatureApi.any',
  'WAWebUserPrefsInfoStore.waNoiseInfo',
  'WAWebUserPrefsInfoStore.waNoiseInfo.get',
  'WAWebSignalStoreApi.waSignalStore.getRegistrationInfo',
  'WAWebUserPrefsMultiDevice.getADVSecretKey',
];
const linked = [
  'WAWebSocketModel.Socket',
  'WAWebSocketModel.Socket.on',
  'WAWebSocketModel.Socket.off',
  'WAWebSocketModel.Socket.state',
  'WAWebSocketModel.Socket.hasSynced',
  'WAWebCmd.Cmd',
  'WAWebCmd.Cmd.on',
  'WAWebConnModel.Conn',
  'WAWebConnModel.Conn.on',
  'WAWebConnModel.Conn.serialize',
  'WAWebConnModel.Conn.pushname',
  'WAWebOfflineHandler.OfflineMessageHandler',
  'WAWebOfflineHandler.OfflineMessageHandler.getOfflineDeliveryProgress',
  'WAWebAltDeviceLinkingApi.any',
  'WABase64.encodeB64',
  'WAWebUserPrefsInfoStore.waNoiseInfo.get',
  'WAWebSignalStoreApi.waSignalStore.getRegistrationInfo',
  'WAWebUserPrefsMeUser.getMaybeMePnUser',
  'WAWebUserPrefsMeUser.getMaybeMeLidUser',
  'WAWebCollections.Msg',
  'WAWebCollections.Msg.on',
  'WAWebCollections.Msg.get',
  'WAWebCollections.Msg.getModelsArray',
  'WAWebCollections.Msg.getMessagesById',
  'WAWebCollections.Chat',
  'WAWebCollections.Chat.on',
  'WAWebCollections.Chat.get',
  'WAWebCollections.Chat.getModelsArray',
  'WAWebCollections.Contact',
  'WAWebCollections.Contact.get',
  'WAWebSyncGatingUtils.isPlaceholderMessageResendEnabled',
  'WAWebCallCollection.any',
  'WAWebWidFactory.createWid',
  'WAWebMsgKey.newId',
  'WAWebStreamModel.Stream',
  'WAWebStreamModel.Stream.mode',
  'WAWebStreamModel.Stream.markAvailable',
  'WAWebStreamModel.Stream.markUnavailable',
  'WALinkify.findLinks',
  'WALinkify.findLink',
  'WAWebChatGetters.getIsNewsletter',
  'WAWebChatGetters.getIsBroadcast',
  'WAWebGetEphemeralFieldsMsgActionsUtils.getEphemeralFields',
  'WAWebSendMsgChatAction.addAndSendMsgToChat',
  'WAWebUpdateUnreadChatAction.sendSeen',
  'WAWebFindChatAction.findOrCreateLatestChat',
  'WAWebQueryExistsJob.queryWidExists',
  'WAWebChatLoadMessages.loadEarlierMsgs',
  'WAWebLidMigrationUtils.toPn',
  'WAWebApiContact.getPhoneNumber',
  'WAWebAddonReactionTableMode.reactionTableMode.bulkUpsert',
  'WAWebAddonPollVoteTableMode.pollVoteTableMode.bulkUpsert',
  'WAWebUpdaterVersion.SANITIZED_VERSION_STR',
  'Bootloader.loadModules',
  '__debug.modulesMap',
];

const moduleWays: Record<string, (name: string) => string> = {
  'is not there': (name) =>
    `drift.module('${name}', () => { throw new Error('Requiring unknown module "${name}"'); });`,
  'throws something odd': (name) => `drift.module('${name}', () => { throw undefined; });`,
  'is null': (name) => `drift.module('${name}', () => null);`,
  'is a promise': (name) => `drift.module('${name}', (plain) => Promise.resolve(plain));`,
  'is frozen': (name) =>
    `drift.module('${name}', (plain) => typeof plain === 'function' ? plain : Object.freeze({ ...plain }));`,
  'keeps all under default': (name) => `drift.module('${name}', (plain) => ({ default: plain }));`,
};
const memberWays: Record<string, (path: string) => string> = {
  'is undefined': (path) => `drift.member('${path}', () => undefined);`,
  'is an object': (path) => `drift.member('${path}', () => ({}));`,
  'answers a promise': (path) => fn(path, 'async (...args) => call(args)'),
  throws: (path) => fn(path, `() => { throw new TypeError('x.y is not a function'); }`),
  rejects: (path) => fn(path, `async () => { throw new Error('no longer'); }`),
  'never answers': (path) => fn(path, '() => new Promise(() => {})'),
  'answers nothing': (path) => fn(path, '() => undefined'),
  'does it, then throws': (path) => fn(path, `(...args) => { call(args); throw new Error('too late'); }`),
  'has a getter that throws': (path) =>
    `drift.member('${path.split('.').slice(0, -1).join('.')}', (plain) => drift.view(plain, { get ${path.split('.').at(-1)}() { throw new Error('no such thing'); } }));`,
};
const fn = (path: string, how: string): string =>
  `drift.member('${path}', (plain, owner) => { const call = (args) => Reflect.apply(plain, owner, args); return typeof plain === 'function' ? ${how} : plain; });`;

/** Every module and member that is asked for, changed in every way, one at a time. */
export function everyDrift(): Drift[] {
  const of = (paths: string[], pairs: boolean): Drift[] => {
    const names = [...new Set(paths.map((path) => path.split('.')[0] ?? path))];
    const tag = pairs ? 'pairing: ' : '';
    return [
      ...names.flatMap((name) =>
        Object.entries(moduleWays).map(([way, script]) => ({
          name: `${tag}${name} ${way}`,
          script: script(name),
          pairs,
        })),
      ),
      ...paths
        .filter((path) => !path.endsWith('.any'))
        .flatMap((path) =>
          Object.entries(memberWays)
            .filter(([way]) => !way.includes('getter') || path.split('.').length > 2)
            // the sandbox keeps what comes in until somebody listens: nobody could hear of it
            .filter(([way]) => path !== 'WAWebCollections.Msg.on' || !/nothing|rejects|never/.test(way))
            .map(([way, script]) => ({ name: `${tag}${path} ${way}`, script: script(path), pairs })),
        ),
    ];
  };
  return [...of(linked, false), ...of(pairing, true)];
}
