import type { Page } from 'puppeteer-core';
import { pause, within } from './wwebjs-deadline';
import { findMissing, loadOnDemand } from './wwebjs-page';

/** What whatsapp-web.js 1.34.7 asks every page for before it listens (its Client.inject and AuthStore), as far as nothing can stand in for it. */
export const startModules = [
  'WAWebSocketModel.Socket.on',
  'WAWebSocketModel.Socket.state',
  'WAWebCmd.Cmd.on',
  'WAWebConnModel.Conn.on',
];

/** What it makes a QR of: a page that is linked already works without. */
export const pairingModules = [
  'WABase64.encodeB64',
  'WAWebCompanionRegClientUtils.DEVICE_PLATFORM',
  'WAWebUserPrefsInfoStore.waNoiseInfo.get',
  'WAWebSignalStoreApi.waSignalStore.getRegistrationInfo',
  'WAWebUserPrefsMultiDevice.getADVSecretKey',
];

/** What it, and a text message in either direction, cannot do without after that: the page is checked for them before `ready`. */
export const chatModules = [
  'WAWebConnModel.Conn.serialize',
  'WAWebUserPrefsMeUser.getMaybeMePnUser',
  'WAWebUserPrefsMeUser.getMaybeMeLidUser',
  'WAWebCollections.Msg.on',
  'WAWebCollections.Msg.get',
  'WAWebCollections.Chat.on',
  'WAWebCollections.Chat.get',
  'WAWebWidFactory.createWid',
  'WAWebMsgKey.newId',
  'WAWebSendMsgChatAction.addAndSendMsgToChat',
];

/** What single features want: missed in the log, and the call that needs one fails; the rest works. */
export const optionalModules = [
  'WAWebUpdateUnreadChatAction.sendSeen',
  'WAWebFindChatAction.findOrCreateLatestChat',
  'WAWebQueryExistsJob.queryWidExists',
  'WAWebChatLoadMessages.loadEarlierMsgs',
  'WAWebCollections.Chat.getModelsArray',
  'WAWebLidMigrationUtils.toPn',
];

/** Of these modules the library is given what they keep under `default`, where they keep it there. */
export const askedModules = [...startModules, ...pairingModules, ...chatModules, ...optionalModules];

export const moduleOf = (path: string): string => path.split('.')[0] ?? path;

/** `quietMs`: how long the count of modules must stand still before the page's own loader is asked for the rest. */
export type ModuleWait = { patienceMs: number; quietMs: number; callMs: number };

/**
 * Waits until all of `wanted` are there: the page registers its modules bit by bit, some only after login, some only when
 * asked. The patience starts anew whenever their number grows, up to three times over.
 * @returns what is still missing when the patience is at its end; empty when all is there
 */
export async function waitForModules(page: Page, wanted: string[], wait: ModuleWait): Promise<string[]> {
  const started = Date.now();
  let grown = started;
  let count: number | null = null;
  let asked = false;
  for (let delay = 20; ; delay = Math.min(delay * 2, 250)) {
    const { missing, modules } = await within(wait.callMs, 'module check', page.evaluate(findMissing, wanted));
    if (missing.length === 0) return [];
    const now = Date.now();
    if (modules !== count) {
      count = modules;
      grown = now;
    }
    if (!asked && now - grown >= wait.quietMs) {
      asked = true;
      const names = [...new Set(missing.map(moduleOf))];
      await within(wait.callMs, 'module loading', page.evaluate(loadOnDemand, names));
    }
    if (now - grown >= wait.patienceMs || now - started >= 3 * wait.patienceMs) return missing;
    await pause(delay);
  }
}
