import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { seedDemo } from '@/sandbox/demo';
import type { WaitingPage } from '@/sandbox/links';
import { createNetwork, type Network, type NetworkOptions } from '@/sandbox/network';

const ana = '+5491111111111';
const beto = '+5491122222222';
const carla = '+5491133333333';

const opened: { network: Network; dataDir: string }[] = [];
const pairing = { firstQrMs: 60_000, nextQrMs: 20_000, qrCount: 3, codeMs: 195_000 };

function open(options: Partial<NetworkOptions> = {}): Network {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'omniwp-network-'));
  const network = createNetwork({ pairing, deliveryMs: 0, replyMs: 10, ...options, dataDir });
  opened.push({ network, dataDir });
  return network;
}

function openWithPeople(options: Partial<NetworkOptions> = {}): Network {
  const network = open(options);
  for (const [phone, name] of Object.entries({ [ana]: 'Ana', [beto]: 'Beto', [carla]: 'Carla' })) {
    network.accounts.create({ phone, name });
  }
  return network;
}

/** A page that waits to be linked, and what it was told. */
function fakePage() {
  const shown: string[] = [];
  const linked: string[] = [];
  let idle = false;
  const page: WaitingPage = {
    keys: { noisePub: 'noise', identityPub: 'identity', advSecret: 'adv', platform: '1' },
    version: '1',
    deviceName: () => 'Chrome (Linux)',
    showRef: (ref) => void shown.push(ref),
    outOfRefs: () => {
      idle = true;
    },
    linked: (device) => void linked.push(device.id),
  };
  const qr = (ref = shown.at(-1)) => `${ref},noise,identity,adv,1`;
  return { page, shown, linked, qr, isIdle: () => idle };
}

/** Timers of 0 ms that were set before have run. */
const delivered = () => new Promise((resolve) => setTimeout(resolve, 2));
const acks = (network: Network, phone: string, peer: string) =>
  network.mailboxes.history(network.accounts.get(phone), peer, null, 50).map(({ body, ack }) => [body, ack]);

afterEach(() => {
  vi.useRealTimers();
  for (const { network, dataDir } of opened.splice(0)) {
    network.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

describe('messages and ticks', () => {
  it('goes from sent to delivered to read', async () => {
    const network = openWithPeople();
    network.messages.post({ from: ana, to: beto, body: 'hola' });
    expect(acks(network, ana, beto)).toEqual([['hola', 1]]);
    await delivered();
    expect(acks(network, ana, beto)).toEqual([['hola', 2]]);
    expect(network.mailboxes.unread(beto, ana)).toBe(1);
    network.messages.read(beto, ana);
    expect(acks(network, ana, beto)).toEqual([['hola', 3]]);
    expect(network.mailboxes.unread(beto, ana)).toBe(0);
  });

  it('waits at "sent" while the phone is off and no device is linked', async () => {
    const network = openWithPeople();
    network.messages.setOnline(beto, false);
    network.messages.post({ from: ana, to: beto, body: 'hola' });
    await delivered();
    expect(acks(network, ana, beto)).toEqual([['hola', 1]]);
    network.messages.setOnline(beto, true);
    expect(acks(network, ana, beto)).toEqual([['hola', 2]]);
  });

  it('takes a message id of one sender once', () => {
    const network = openWithPeople();
    const id = '3EB0AAAAAAAAAAAAAAAAAA';
    network.messages.post({ from: ana, to: beto, body: 'uno', id });
    network.messages.post({ from: ana, to: beto, body: 'uno', id });
    network.messages.post({ from: beto, to: ana, body: 'dos', id });
    expect(acks(network, ana, beto).map(([body]) => body)).toEqual(['uno', 'dos']);
  });

  it('keeps every account’s own order and nobody else’s messages', () => {
    const network = openWithPeople();
    for (const body of ['1', '2', '3']) network.messages.post({ from: ana, to: beto, body });
    network.messages.post({ from: carla, to: beto, body: 'x' });
    expect(network.mailboxes.lastSeq(beto)).toBe(4);
    expect(network.mailboxes.lastSeq(ana)).toBe(3);
    expect(acks(network, carla, beto).map(([body]) => body)).toEqual(['x']);
  });

  it('gives a group’s message to its members only, and a status to those who saved its author', () => {
    const network = openWithPeople();
    const group = network.createGroup({ subject: 'Grupo', owner: ana, members: [beto] });
    network.messages.post({ from: beto, to: group.id, body: 'a todos' });
    expect(network.mailboxes.wire(network.accounts.get(ana), 1)).toMatchObject({
      chat: group.id,
      author: '5491122222222@c.us',
      fromMe: false,
    });
    expect(network.mailboxes.lastSeq(carla)).toBe(0);
    expect(() => network.messages.post({ from: carla, to: group.id, body: 'yo' })).toThrow('not in that group');
    network.accounts.save(carla, ana, 'Anita');
    network.messages.post({ from: ana, to: 'status@broadcast', body: 'estado' });
    expect(network.mailboxes.lastSeq(carla)).toBe(1);
    expect(network.mailboxes.unread(carla, 'status@broadcast')).toBe(0);
  });

  it('hides the number of a hidden account on both ways', () => {
    const network = openWithPeople();
    const hidden = network.accounts.create({ phone: '+5491144444444', name: 'Oculta', hidden: true });
    network.messages.post({ from: hidden.phone, to: ana, body: 'hola' });
    const jid = `${hidden.lid}@lid`;
    expect(network.mailboxes.wire(network.accounts.get(ana), 1)?.chat).toBe(jid);
    expect(network.accounts.contactFor(hidden, network.accounts.get(ana)).phoneJid).toBeNull();
    expect(network.mailboxes.chatOfJid(jid)).toBe(hidden.phone);
  });

  it('finds Argentina’s and Mexico’s mobiles in both spellings, and a landline of its own first', () => {
    const network = openWithPeople();
    expect(network.accounts.findByJid('541111111111@c.us')?.phone).toBe(ana);
    network.accounts.create({ phone: '+541111111111', name: 'Fijo' });
    expect(network.accounts.findByJid('541111111111@c.us')?.name).toBe('Fijo');
    network.accounts.create({ phone: '+5215512345678', name: 'México' });
    expect(network.accounts.findByJid('525512345678@c.us')?.name).toBe('México');
    expect(network.accounts.findByJid('5491100000000@c.us')).toBeNull();
  });

  it('lets the demo’s scripted contact read, type and answer', async () => {
    const network = open();
    seedDemo(network);
    const bakery = '+5491123456789';
    const robot = [...network.tables.accounts.values()].find(({ replies }) => replies)?.phone ?? '';
    const typing: string[] = [];
    network.bus.on((event) => {
      if (event.type === 'chatState') typing.push(event.state);
    });
    const { id } = network.messages.post({ from: bakery, to: robot, body: 'hola' });
    await vi.waitFor(() => expect(acks(network, bakery, robot).at(-1)?.[0]).toContain('demostración'), 10_000);
    expect(network.tables.messages.get(`${bakery} ${id}`)?.ack).toBe(3);
    expect(typing).toEqual(['typing', 'paused']);
  });
});

describe('linking', () => {
  it('links the page whose QR was scanned', () => {
    const network = openWithPeople();
    const [one, two] = [fakePage(), fakePage()];
    network.links.wait(one.page);
    network.links.wait(two.page);
    const device = network.links.scan(ana, two.qr());
    expect(two.linked).toEqual([device.id]);
    expect(one.linked).toEqual([]);
    expect(network.links.authenticate(device.id, device.token)?.phone).toBe(ana);
    expect(network.links.authenticate(device.id, 'x'.repeat(device.token.length))).toBeNull();
  });

  it('shows the first QR for 60 s, the next for 20 s, refuses old ones, and goes idle', () => {
    vi.useFakeTimers();
    const network = openWithPeople();
    const page = fakePage();
    const handle = network.links.wait(page.page);
    vi.advanceTimersByTime(59_999);
    expect(page.shown).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(page.shown).toHaveLength(2);
    expect(() => network.links.scan(ana, page.qr(page.shown[0]))).toThrow('QR expired');
    vi.advanceTimersByTime(40_000);
    expect(page.shown).toHaveLength(3);
    expect(page.isIdle()).toBe(true);
    expect(() => network.links.scan(ana, page.qr())).toThrow('QR expired');
    handle.refresh();
    expect(network.links.scan(ana, page.qr()).phone).toBe(ana);
  });

  it('refuses what is no QR, not of this sandbox, or not of that page', () => {
    const network = openWithPeople();
    const page = fakePage();
    network.links.wait(page.page);
    expect(() => network.links.scan(ana, 'https://example.com')).toThrow('not a WhatsApp QR');
    expect(() => network.links.scan(ana, '2@abc,noise,identity,adv,1')).toThrow('not come from a page');
    expect(() => network.links.scan(ana, `${page.shown[0]},other,identity,adv,1`)).toThrow('keys');
    network.messages.setOnline(ana, false);
    expect(() => network.links.scan(ana, page.qr())).toThrow('offline');
  });

  it('takes four devices a phone', () => {
    const network = openWithPeople();
    for (let nth = 1; nth <= 5; nth++) {
      const page = fakePage();
      network.links.wait(page.page);
      if (nth < 5) network.links.scan(ana, page.qr());
      else expect(() => network.links.scan(ana, page.qr())).toThrow('4 linked devices');
    }
  });

  it('links by a code of eight characters for 3.25 minutes, the newest only, on the right phone only', () => {
    vi.useFakeTimers();
    const network = openWithPeople();
    const page = fakePage();
    const handle = network.links.wait(page.page);
    const first = handle.pairingCode('5491111111111');
    const code = handle.pairingCode('5491111111111');
    expect(code).toMatch(/^[1-9A-HJ-NP-TV-Z]{8}$/);
    expect(() => network.links.linkByCode(ana, first)).toThrow('wrong');
    expect(() => network.links.linkByCode(beto, code)).toThrow('wrong');
    expect(() => handle.pairingCode('5491100000000')).toThrow('no WhatsApp account');
    vi.advanceTimersByTime(195_001);
    expect(() => network.links.linkByCode(ana, code)).toThrow('expired');
    const fresh = handle.pairingCode('+54 9 11 1111-1111');
    expect(network.links.linkByCode(ana, `${fresh.slice(0, 4)}-${fresh.slice(4).toLowerCase()}`).phone).toBe(ana);
  });
});

describe('the journal', () => {
  it('brings back accounts, links, messages and ticks after an end without goodbye', async () => {
    const network = openWithPeople();
    const page = fakePage();
    network.links.wait(page.page);
    const device = network.links.scan(ana, page.qr());
    network.messages.post({ from: beto, to: ana, body: 'hola' });
    await delivered();
    const dataDir = opened[0]?.dataDir ?? '';
    const again = open({ dataDir });
    expect(again.links.authenticate(device.id, device.token)).toMatchObject({ phone: ana, seen: 0 });
    expect(acks(again, ana, beto)).toEqual([['hola', 2]]);
    expect(again.mailboxes.unread(ana, beto)).toBe(1);
  });

  it('drops a line that was torn by a power cut, and nothing before it', () => {
    const network = openWithPeople();
    network.messages.post({ from: beto, to: ana, body: 'hola' });
    const dataDir = opened[0]?.dataDir ?? '';
    appendFileSync(join(dataDir, 'network.jsonl'), '[["messages","x",{"id"');
    const again = open({ dataDir });
    expect(acks(again, ana, beto).map(([body]) => body)).toEqual(['hola']);
    expect(readFileSync(join(dataDir, 'network.jsonl'), 'utf8')).not.toContain('"x"');
  });

  it('delivers at start what was on its way to phones that are on', () => {
    const network = openWithPeople({ deliveryMs: 60_000 });
    network.messages.post({ from: beto, to: ana, body: 'hola' });
    const again = open({ dataDir: opened[0]?.dataDir ?? '' });
    expect(acks(again, beto, ana)).toEqual([['hola', 2]]);
  });
});
