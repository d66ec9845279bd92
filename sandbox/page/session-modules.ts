import { devicePlatform } from './link';
import { encodeB64, type DeviceKeys } from './keys';
import type { Connection } from './connection';
import type { Modules } from './registry';
import type { SessionModels } from './session-models';
import type { ChatStore } from './chat-store';
import type { MsgKeyClass } from './msg-key';
import { createWid } from './wid';

/** What the library needs before there is a link: QR, pairing code, and the events that tell of a login. */
export function sessionModules(given: {
  models: SessionModels;
  keys: DeviceKeys;
  store: ChatStore;
  MsgKey: MsgKeyClass;
  connection: () => Connection;
  browser: { info: () => { os: string; name: string } };
}): Modules {
  const { models, keys, store, connection } = given;
  const keyPair = (pubKey: Uint8Array) => ({ pubKey: pubKey.buffer, privKey: pubKey.buffer });
  const msgCollection = Object.assign(store.messages, {
    modelClass: function createMsgModel(attributes: Record<string, unknown>) {
      return store.createMsg(attributes);
    },
  });

  return {
    WAWebSocketModel: { Socket: models.socket },
    WAWebStreamModel: { Stream: models.stream, StreamMode: { QR: 'QR', MAIN: 'MAIN', SYNCING: 'SYNCING' } },
    WAWebConnModel: { Conn: models.conn },
    WAWebCmd: { Cmd: models.cmd },
    WAWebOfflineHandler: { OfflineMessageHandler: { getOfflineDeliveryProgress: () => models.offline.percent } },
    WAWebAltDeviceLinkingApi: {
      setPairingType: (_type: string) => undefined,
      initializeAltDeviceLinking: async () => undefined,
      initializeQRLinking: async () => undefined,
      startAltLinkingFlow: (phone: string, notify: boolean) =>
        connection().call<string>({ op: 'pairingCode', phone, notify }),
    },
    WAWebLaunchSocketUtils: { refreshQR: () => models.actions.refreshQr() },
    WABase64: { encodeB64 },
    WAWebCompanionRegClientUtils: { DEVICE_PLATFORM: devicePlatform },
    WAWebAdvSignatureApi: {},
    WAWebUserPrefsInfoStore: { waNoiseInfo: { get: async () => ({ staticKeyPair: keyPair(keys.noise) }) } },
    WAWebSignalStoreApi: {
      waSignalStore: {
        getRegistrationInfo: async () => ({ registrationId: 1, identityKeyPair: keyPair(keys.identity) }),
      },
    },
    WAWebUserPrefsMultiDevice: { getADVSecretKey: () => keys.advSecret },
    WAWebMiscBrowserUtils: given.browser,
    WAWebUserPrefsMeUser: {
      getMaybeMePnUser: () => store.me.pn,
      getMaybeMeLidUser: () => store.me.lid,
      getMeUser: () => store.me.pn,
    },
    WAWebWidFactory: {
      createWid,
      createWidFromWidLike: createWid,
      createUserWidOrThrow: createWid,
      asUserWidOrThrow: createWid,
    },
    WAWebMsgKey: given.MsgKey,
    WAWebCollections: {
      Msg: msgCollection,
      Chat: store.chats,
      Contact: store.contacts,
      GroupMetadata: Object.assign(store.groups, { update: async () => undefined }),
      Blocklist: { get: () => undefined, getModelsArray: () => [] },
      Label: { get: () => undefined, getModelsArray: () => [] },
      Status: { getModelsArray: () => [] },
      Reactions: { find: async () => ({ reactions: [] }) },
      BusinessProfile: { find: async () => ({}) },
      WAWebNewsletterCollection: { get: () => undefined, find: async () => null, getModelsArray: () => [] },
    },
    WAWebSyncGatingUtils: { isPlaceholderMessageResendEnabled: () => false },
    WAWebCallCollection: {},
  };
}
