import { randomBytes, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Accounts } from './accounts';
import type { Bus } from './events';
import { Failure } from './failure';
import type { Mailboxes } from './mailboxes';
import type { Account, Device, Tables } from './tables';

/** What WhatsApp does: the first QR lives 60 s, five more 20 s each, a pairing code 3.25 minutes; four devices at most. */
export type PairingTimes = { firstQrMs: number; nextQrMs: number; qrCount: number; codeMs: number };

export const realPairingTimes: PairingTimes = { firstQrMs: 60_000, nextQrMs: 20_000, qrCount: 6, codeMs: 195_000 };
const maxDevices = 4;
/** Crockford's letters and digits, as WhatsApp's codes use them: nothing that reads like something else. */
const codeAlphabet = '123456789ABCDEFGHJKLMNPQRSTVWXYZ';

/** What a page without a link shows of itself in its QR. */
export type PageKeys = { noisePub: string; identityPub: string; advSecret: string; platform: string };
export type WaitingPage = {
  keys: PageKeys;
  deviceName(): string;
  version: string;
  showRef(ref: string, ttlMs: number): void;
  outOfRefs(): void;
  linked(device: Device): void;
};

type Waiting = {
  id: string;
  page: WaitingPage;
  since: number;
  ref: string | null;
  expiresAt: number;
  shown: number;
  timer: NodeJS.Timeout | null;
  code: { value: string; phone: string; expiresAt: number } | null;
};

const sameText = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** Companion devices: pages that wait to be scanned, and the links that came of it. */
export function createLinks(
  { tables, accounts, mailboxes, bus }: { tables: Tables; accounts: Accounts; mailboxes: Mailboxes; bus: Bus },
  times: PairingTimes,
) {
  const waiting = new Map<string, Waiting>();
  /** Refs that were shown once and are over, so that a late scan is told "expired" and not "unknown". */
  const staleRefs = new Set<string>();

  function dropRef(page: Waiting): void {
    if (page.ref) staleRefs.add(page.ref);
    page.ref = null;
    if (page.timer) clearTimeout(page.timer);
    page.timer = null;
  }

  function nextRef(page: Waiting): void {
    dropRef(page);
    if (page.shown >= times.qrCount) {
      page.page.outOfRefs();
      bus.emit({ type: 'waiting' });
      return;
    }
    const ttl = page.shown === 0 ? times.firstQrMs : times.nextQrMs;
    page.shown += 1;
    page.ref = `2@${randomBytes(48).toString('base64')}`;
    page.expiresAt = Date.now() + ttl;
    page.timer = setTimeout(() => nextRef(page), ttl);
    page.page.showRef(page.ref, ttl);
    bus.emit({ type: 'waiting' });
  }

  /** A page without a link waits to be scanned. Returns its handle. */
  function wait(page: WaitingPage) {
    const entry: Waiting = {
      id: randomUUID(),
      page,
      since: Date.now(),
      ref: null,
      expiresAt: 0,
      shown: 0,
      timer: null,
      code: null,
    };
    waiting.set(entry.id, entry);
    nextRef(entry);
    return {
      /** A fresh round of QR codes. */
      refresh(): void {
        entry.shown = 0;
        nextRef(entry);
      },
      /** A code to be typed on the phone with that number; the one before it is void. */
      pairingCode(phone: string): string {
        const account = accounts.findByJid(`${phone.replace(/\D/g, '')}@c.us`);
        if (!account) throw new Failure('NOT_ON_WHATSAPP', 'this number has no WhatsApp account');
        const value = Array.from({ length: 8 }, () => codeAlphabet[randomInt(codeAlphabet.length)]).join('');
        entry.code = { value, phone: account.phone, expiresAt: Date.now() + times.codeMs };
        bus.emit({ type: 'waiting' });
        return value;
      },
      stop(): void {
        dropRef(entry);
        if (waiting.delete(entry.id)) bus.emit({ type: 'waiting' });
      },
    };
  }

  function devicesOf(phone: string): Device[] {
    return [...tables.devices.values()].filter((device) => device.phone === phone);
  }

  function link(account: Account, entry: Waiting): Device {
    if (!account.online) throw new Failure('PHONE_OFFLINE', 'this phone is offline: it cannot link a device');
    if (devicesOf(account.phone).length >= maxDevices) {
      throw new Failure('TOO_MANY_DEVICES', `a phone can have ${maxDevices} linked devices: unlink one first`);
    }
    const now = Date.now();
    const device: Device = {
      id: randomUUID(),
      phone: account.phone,
      token: randomBytes(32).toString('base64url'),
      name: entry.page.deviceName(),
      version: entry.page.version,
      linkedAt: now,
      lastSeenAt: now,
      // What is older is history for this device, not news.
      seen: mailboxes.lastSeq(account.phone),
    };
    tables.put('devices', device.id, device);
    dropRef(entry);
    waiting.delete(entry.id);
    entry.page.linked(device);
    bus.emit({ type: 'devices', phone: account.phone });
    bus.emit({ type: 'waiting' });
    return device;
  }

  /** The phone scans what the page shows: `ref,noisePub,identityPub,advSecret,platform`. */
  function scan(phone: string, qr: string): Device {
    const account = accounts.get(phone);
    const parts = qr.trim().split(',');
    const [ref, noisePub, identityPub, advSecret, platform] = parts;
    if (parts.length !== 5 || !ref?.startsWith('2@')) throw new Failure('QR_INVALID', 'this is not a WhatsApp QR');
    if (staleRefs.has(ref)) throw new Failure('QR_EXPIRED', 'QR expired: scan the one that is on the screen now');
    const entry = [...waiting.values()].find((candidate) => candidate.ref === ref);
    if (!entry) throw new Failure('QR_UNKNOWN', 'this QR does not come from a page of this sandbox');
    const { keys } = entry.page;
    const same =
      keys.noisePub === noisePub &&
      keys.identityPub === identityPub &&
      keys.advSecret === advSecret &&
      keys.platform === platform;
    if (!same) throw new Failure('QR_INVALID', 'the keys in this QR are not those of the page that shows it');
    return link(account, entry);
  }

  /** Links the page with this id by the QR that it shows now. */
  function scanWaiting(phone: string, pageId: string): Device {
    const account = accounts.get(phone);
    const entry = waiting.get(pageId);
    if (!entry?.ref) throw new Failure('QR_EXPIRED', 'this page shows no QR any more');
    return link(account, entry);
  }

  /** The eight characters, typed on the phone; case, spaces and dashes do not matter. */
  function linkByCode(phone: string, typed: string): Device {
    const account = accounts.get(phone);
    const value = typed.replace(/[\s-]/g, '').toUpperCase();
    const entry = [...waiting.values()].find(
      ({ code }) => code?.phone === account.phone && sameText(code.value, value),
    );
    if (!entry?.code) throw new Failure('CODE_WRONG', 'this code is wrong, or it belongs to another number');
    if (entry.code.expiresAt < Date.now())
      throw new Failure('CODE_EXPIRED', 'this code has expired: ask for a new one');
    return link(account, entry);
  }

  function authenticate(deviceId: string, token: string): Device | null {
    const device = tables.devices.get(deviceId);
    return device && sameText(device.token, token) ? device : null;
  }

  /** Ends a link. `reason` is one of WhatsApp's logout words. */
  function unlink(deviceId: string, reason: string): void {
    const device = tables.devices.get(deviceId);
    if (!device) throw new Failure('NO_SUCH_DEVICE', 'this device is not linked');
    tables.remove('devices', deviceId);
    bus.emit({ type: 'unlinked', phone: device.phone, deviceId, reason });
    bus.emit({ type: 'devices', phone: device.phone });
  }

  function listWaiting() {
    return [...waiting.values()].map(({ id, since, ref, expiresAt, code, page }) => ({
      id,
      since,
      device: page.deviceName(),
      version: page.version,
      /** Enough to tell two screens apart, not enough to link with. */
      refEnd: ref && ref.slice(-4),
      expiresAt: ref ? expiresAt : null,
      code: code && { phone: code.phone, expiresAt: code.expiresAt },
    }));
  }

  function stop(): void {
    for (const entry of waiting.values()) dropRef(entry);
  }

  return { wait, scan, scanWaiting, linkByCode, devicesOf, authenticate, unlink, listWaiting, stop };
}

export type Links = ReturnType<typeof createLinks>;
