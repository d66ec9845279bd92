import { z } from 'zod';
import { Failure } from './failure';
import type { Network } from './network';
import type { PageFiles } from './page-files';
import type { PageSocket } from './page-socket';
import { chatStates, messageTypes } from './protocol';
import { switchesSchema } from './switches';

const phone = z.string().regex(/^\+[1-9]\d{6,14}$/, 'expected a phone in E.164, such as +5491123456789');
/** A phone, or the address of a group, of a channel, or status@broadcast. */
const chat = z.union([phone, z.string().regex(/^(\d+@(g\.us|newsletter)|status@broadcast)$/)]);
const text = z.string().max(65_536);

type Parts = { network: Network; pageSocket: PageSocket; pageFiles: PageFiles };
type Route = { schema: z.ZodType; run: (input: unknown) => unknown };

/** Ties a schema to what is done with its output. */
function route<Schema extends z.ZodType>(schema: Schema, run: (input: z.infer<Schema>) => unknown): Route {
  return { schema, run: (input) => run(schema.parse(input)) };
}

/** The control API: `GET /control/<name>?…` reads, `POST /control/<name>` with a JSON body changes. */
export function createControl({ network, pageSocket, pageFiles }: Parts) {
  const { accounts, mailboxes, messages, links, tables } = network;

  function describe(owner: string) {
    const account = accounts.get(owner);
    const { lid, name, hidden, demo, replies, online } = account;
    const devices = links.devicesOf(owner).map((device) => ({
      id: device.id,
      name: device.name,
      version: device.version,
      linkedAt: device.linkedAt,
      lastSeenAt: device.lastSeenAt,
      online: pageSocket.isOnline(device.id),
    }));
    return { phone: owner, lid, name, hidden, demo, replies, online, devices };
  }

  function listChats(owner: string) {
    const account = accounts.get(owner);
    // What the phone has not taken yet is not on it.
    return mailboxes.wireChats(account, account.seen).map(({ jid, unread, t, last, group }) => {
      const key = mailboxes.chatOfJid(jid);
      const peer = key.startsWith('+') ? accounts.get(key) : null;
      const name = peer ? (accounts.savedName(owner, key) ?? peer.name) : (group?.subject ?? key);
      return { chat: key, jid, name, unread, t, last, group };
    });
  }

  function listMessages(owner: string, peer: string, limit: number) {
    const account = accounts.get(owner);
    return mailboxes.history(account, peer, account.seen + 1, limit);
  }

  const reads: Record<string, Route> = {
    accounts: route(z.object({}), () => [...tables.accounts.keys()].map(describe)),
    contacts: route(z.object({ phone }), (input) =>
      accounts.addressBook(accounts.get(input.phone)).map((person) => ({
        phone: person.phone,
        name: accounts.savedName(input.phone, person.phone),
        hidden: person.hidden,
      })),
    ),
    waiting: route(z.object({}), () => links.listWaiting()),
    chats: route(z.object({ phone }), (input) => listChats(input.phone)),
    messages: route(
      z.object({ phone, peer: chat, limit: z.coerce.number().int().min(1).max(1000).default(200) }),
      (input) => listMessages(input.phone, input.peer, input.limit),
    ),
    groups: route(z.object({}), () => [...tables.groups.values()]),
  };

  const writes: Record<string, Route> = {
    accounts: route(
      z.strictObject({
        phone,
        name: z.string().min(1).max(80),
        hidden: z.boolean().optional(),
        demo: z.boolean().optional(),
        replies: z.boolean().optional(),
      }),
      (input) => {
        accounts.create(input);
        return describe(input.phone);
      },
    ),
    contacts: route(z.strictObject({ owner: phone, phone, name: z.string().min(1).max(80) }), (input) =>
      accounts.save(input.owner, input.phone, input.name),
    ),
    groups: route(
      z.strictObject({
        subject: z.string().min(1).max(100),
        owner: phone,
        members: z.array(phone).max(256),
        approval: z.boolean().optional(),
      }),
      (input) => network.createGroup(input),
    ),
    scan: route(z.strictObject({ phone, qr: z.string().max(4096) }), (input) => ({
      deviceId: links.scan(input.phone, input.qr).id,
    })),
    'scan-waiting': route(z.strictObject({ phone, page: z.string() }), (input) => ({
      deviceId: links.scanWaiting(input.phone, input.page).id,
    })),
    'link-code': route(z.strictObject({ phone, code: z.string().max(32) }), (input) => ({
      deviceId: links.linkByCode(input.phone, input.code).id,
    })),
    say: route(
      z.strictObject({
        from: phone,
        to: chat,
        text: text.default(''),
        type: z.enum(messageTypes).default('chat'),
        /** Unix seconds; for history. */
        t: z.int().positive().optional(),
      }),
      ({ from, to, text: body, type, t }) => {
        if (to.startsWith('+') && !accounts.find(to)) throw new Failure('NOT_ON_WHATSAPP', `${to} is not on WhatsApp`);
        return { id: messages.post({ from, to, body, type, t }).id };
      },
    ),
    'open-chat': route(z.strictObject({ phone, with: chat }), (input) => messages.read(input.phone, input.with)),
    typing: route(z.strictObject({ from: phone, to: phone, state: z.enum(chatStates).default('typing') }), (input) =>
      messages.chatState(input.from, input.to, input.state),
    ),
    online: route(z.strictObject({ phone, online: z.boolean() }), (input) =>
      messages.setOnline(input.phone, input.online),
    ),
    unlink: route(
      z.strictObject({ phone, deviceId: z.string().optional(), reason: z.string().default('unknown_companion') }),
      (input) => {
        accounts.get(input.phone);
        const devices = links.devicesOf(input.phone).filter(({ id }) => !input.deviceId || id === input.deviceId);
        if (input.deviceId && devices.length === 0) throw new Failure('NO_SUCH_DEVICE', 'no such device on this phone');
        for (const device of devices) links.unlink(device.id, input.reason);
        return { unlinked: devices.length };
      },
    ),
    drop: route(z.strictObject({ phone }), (input) => ({
      dropped: links.devicesOf(input.phone).filter(({ id }) => pageSocket.drop(id)).length,
    })),
    hang: route(z.strictObject({ phone, ms: z.int().min(1).max(600_000) }), (input) => ({
      hanging: links.devicesOf(input.phone).filter(({ id }) => pageSocket.hang(id, input.ms)).length,
    })),
    pages: route(switchesSchema, (input) => ({ version: pageFiles.add(input) })),
  };

  return {
    /** Throws a Failure, or a ZodError for bad input. */
    run(method: 'GET' | 'POST', name: string, input: unknown): unknown {
      const routes = method === 'GET' ? reads : writes;
      const found = Object.hasOwn(routes, name) ? routes[name] : undefined;
      if (!found) throw new Failure('NOT_FOUND', `there is no ${method} /control/${name}`);
      return found.run(input) ?? { ok: true };
    },
  };
}

export type Control = ReturnType<typeof createControl>;
