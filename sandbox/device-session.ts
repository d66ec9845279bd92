import { chatKeyOf } from './mailboxes';
import { Failure } from './failure';
import type { Network } from './network';
import type { PageCall, ServerFrame, WireMessage } from './protocol';
import type { Device } from './tables';

/** What a page gets while it is a linked device: its chats, then its mail, ticks and typing; and what it may ask. */
export function createDeviceSession(given: {
  network: Network;
  device: Device;
  send: (frame: ServerFrame) => void;
  fresh: boolean;
}) {
  const { network, device, send } = given;
  const { accounts, mailboxes, messages } = network;
  const me = () => accounts.get(device.phone);

  function sendMail(seq: number): void {
    const message = mailboxes.wire(me(), seq);
    const row = mailboxes.at(device.phone, seq);
    if (!message || !row) return;
    const chat = mailboxes.wireChat(me(), chatKeyOf(row, device.phone), seq);
    if (!chat) return;
    const sender = accounts.get(row.from);
    const contact = accounts.contactFor(sender, me());
    send({ type: 'message', message, chat, contact });
  }

  function bootstrap(): void {
    const account = me();
    const seen = device.seen;
    const last = mailboxes.lastSeq(device.phone);
    const chats = mailboxes.wireChats(account, seen);
    const people = new Map(accounts.addressBook(account).map((person) => [person.phone, person]));
    for (const { jid, group } of chats) {
      for (const address of [jid, ...(group?.members ?? [])]) {
        const person = accounts.findByJid(address);
        if (person) people.set(person.phone, person);
      }
    }
    people.set(account.phone, account);
    send({
      type: 'bootstrap',
      me: { phoneJid: accounts.phoneJid(account), lid: accounts.lidJid(account), name: account.name },
      chats,
      contacts: [...people.values()].map((person) => accounts.contactFor(person, account)),
      waiting: last - seen,
      fresh: given.fresh,
    });
    for (let seq = seen + 1; seq <= last; seq++) sendMail(seq);
  }

  function ack(message: { id: string; to: string; ack: number }): void {
    const chat = mailboxes.jidOfChat(message.to, me());
    send({ type: 'ack', chat, id: message.id, ack: message.ack });
  }

  const stopListening = network.bus.on((event) => {
    if (!('phone' in event) || event.phone !== device.phone) return;
    switch (event.type) {
      case 'mail':
        return sendMail(event.seq);
      case 'ack':
        return ack(event.message);
      case 'unread':
        return send({ type: 'unread', chat: mailboxes.jidOfChat(event.chat, me()), unread: event.count });
      case 'chatState': {
        const chat = accounts.jidFor(accounts.get(event.from), me());
        return send({ type: 'chatState', chat, state: event.state });
      }
      case 'unlinked':
      case 'devices':
      case 'account':
        return;
      default:
        event satisfies never;
    }
  });

  function find(call: Extract<PageCall, { op: 'message' }>): WireMessage | null {
    const chat = mailboxes.chatOfJid(call.chat);
    const seq = mailboxes
      .seqsOf(device.phone, chat)
      .findLast((candidate) => mailboxes.at(device.phone, candidate)?.id === call.id);
    const found = seq === undefined ? null : mailboxes.wire(me(), seq);
    return found && found.fromMe === call.fromMe ? found : null;
  }

  function joinGroup(code: string): { group: string; approval: boolean } {
    const group = [...network.tables.groups.values()].find((candidate) => candidate.invite === code);
    if (!group) throw new Failure('NOT_FOUND', 'this invitation is not valid');
    if (!group.approval) {
      network.tables.put('groups', group.id, { ...group, members: [...new Set([...group.members, device.phone])] });
    }
    return { group: group.id, approval: group.approval };
  }

  function answer(call: PageCall): unknown {
    switch (call.op) {
      case 'send': {
        const to = mailboxes.chatOfJid(call.to);
        const { id, body, messageType, t } = call;
        const message = messages.post({ from: device.phone, to, id, body, type: messageType, t });
        return { t: message.t, ack: message.ack };
      }
      case 'seen':
        return messages.read(device.phone, mailboxes.chatOfJid(call.chat));
      case 'chatState':
        return messages.chatState(device.phone, mailboxes.chatOfJid(call.chat), call.state);
      case 'exists':
      case 'contact': {
        const account = accounts.findByJid(call.jid);
        return account && accounts.contactFor(account, me());
      }
      case 'history':
        return mailboxes.history(me(), mailboxes.chatOfJid(call.chat), call.before, call.limit);
      case 'message':
        return find(call);
      case 'joinGroup':
        return joinGroup(call.code);
      case 'logout':
        return network.links.unlink(device.id, call.reason);
      case 'pairingCode':
      case 'refreshQr':
        throw new Failure('BAD_REQUEST', 'this page is linked already');
      default:
        return call satisfies never;
    }
  }

  bootstrap();

  return {
    device,
    answer,
    received: (seq: number): void => messages.takeByDevice(device.id, seq),
    stop: stopListening,
  };
}
