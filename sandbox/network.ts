import { randomInt } from 'node:crypto';
import { createAccounts } from './accounts';
import { createAutoReply } from './auto-reply';
import { createBus } from './events';
import { createJournal } from './journal';
import { createLinks, type PairingTimes } from './links';
import { createMailboxes } from './mailboxes';
import { createMessages } from './messages';
import { createTables, type Group } from './tables';

export type NetworkOptions = { dataDir: string; pairing: PairingTimes; deliveryMs: number; replyMs: number };

/** A WhatsApp network in miniature. It knows accounts, devices and messages; nothing of HTTP, pages or who uses it. */
export function createNetwork(options: NetworkOptions) {
  const tables = createTables(createJournal(options.dataDir));
  const bus = createBus();
  const accounts = createAccounts(tables);
  const mailboxes = createMailboxes(tables, accounts);
  const parts = { tables, accounts, mailboxes, bus };
  const messages = createMessages(parts, options);
  const links = createLinks(parts, options.pairing);
  const autoReply = createAutoReply({ ...parts, messages }, options);

  function createGroup(given: Pick<Group, 'subject' | 'owner' | 'members'> & Partial<Group>): Group {
    const group: Group = {
      id: `1203634${randomInt(1e5, 1e6)}${randomInt(1e5, 1e6)}@g.us`,
      createdAt: Math.floor(Date.now() / 1000),
      invite: randomInt(1e9, 1e10).toString(36),
      approval: false,
      ...given,
    };
    for (const phone of [group.owner, ...group.members]) accounts.get(phone);
    group.members = [...new Set([group.owner, ...group.members])];
    tables.put('groups', group.id, group);
    return group;
  }

  messages.deliverPending();

  return {
    ...parts,
    messages,
    links,
    createGroup,
    stop(): void {
      autoReply.stop();
      messages.stop();
      links.stop();
    },
  };
}

export type Network = ReturnType<typeof createNetwork>;
