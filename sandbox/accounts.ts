import { randomInt } from 'node:crypto';
import { Failure } from './failure';
import type { WireContact } from './protocol';
import type { Account, Tables } from './tables';

const digitsOf = (phone: string): string => phone.slice(1);

/**
 * Spellings under which WhatsApp finds one and the same account: Argentina's mobile 9 and Mexico's old mobile 1. The exact
 * spelling is tried first, since a 54 without the 9 may be a landline with an account of its own.
 */
function spellings(phone: string): string[] {
  const argentina = /^\+54(9?)(\d{10})$/.exec(phone);
  if (argentina) return [phone, argentina[1] ? `+54${argentina[2]}` : `+549${argentina[2]}`];
  const mexico = /^\+52(1?)(\d{10})$/.exec(phone);
  if (mexico) return [phone, mexico[1] ? `+52${mexico[2]}` : `+521${mexico[2]}`];
  return [phone];
}

/** Who is on the network, and under which address each sees the other. */
export function createAccounts(tables: Tables) {
  const byLid = new Map<string, string>();
  for (const account of tables.accounts.values()) byLid.set(account.lid, account.phone);

  function create(given: Pick<Account, 'phone' | 'name'> & Partial<Account>): Account {
    if (tables.accounts.has(given.phone))
      throw new Failure('ACCOUNT_EXISTS', `${given.phone} is on the network already`);
    const lid = given.lid ?? `${randomInt(1e5, 1e6)}${randomInt(1e8, 1e9)}`;
    const account: Account = {
      hidden: false,
      demo: false,
      replies: false,
      online: true,
      seen: 0,
      ...given,
      lid,
    };
    tables.put('accounts', account.phone, account);
    byLid.set(lid, account.phone);
    return account;
  }

  function find(phone: string): Account | null {
    return tables.accounts.get(phone) ?? null;
  }

  function get(phone: string): Account {
    const account = find(phone);
    if (!account) throw new Failure('NO_SUCH_ACCOUNT', `${phone} has no account on this network`);
    return account;
  }

  function update(phone: string, change: Partial<Account>): Account {
    const account = { ...get(phone), ...change };
    tables.put('accounts', phone, account);
    return account;
  }

  /** …@c.us (in any spelling that WhatsApp would accept), …@s.whatsapp.net or …@lid. */
  function findByJid(jid: string): Account | null {
    const match = /^(\d+)(?::\d+)?@(c\.us|s\.whatsapp\.net|lid)$/.exec(jid);
    if (!match?.[1]) return null;
    if (match[2] === 'lid') return find(byLid.get(match[1]) ?? '');
    for (const phone of spellings(`+${match[1]}`)) {
      const account = find(phone);
      if (account) return account;
    }
    return null;
  }

  const phoneJid = (account: Account): string => `${digitsOf(account.phone)}@c.us`;
  const lidJid = (account: Account): string => `${account.lid}@lid`;

  /** How `viewer` addresses `account`. */
  function jidFor(account: Account, viewer: Account): string {
    return account.hidden && account.phone !== viewer.phone ? lidJid(account) : phoneJid(account);
  }

  function save(owner: string, phone: string, name: string): void {
    get(owner);
    tables.put('contacts', `${owner} ${phone}`, { owner, phone, name });
  }

  function savedName(owner: string, phone: string): string | null {
    return tables.contacts.get(`${owner} ${phone}`)?.name ?? null;
  }

  function contactFor(account: Account, viewer: Account): WireContact {
    const isMe = account.phone === viewer.phone;
    const known = isMe || !account.hidden;
    return {
      jid: jidFor(account, viewer),
      phoneJid: known ? phoneJid(account) : null,
      lid: lidJid(account),
      savedName: savedName(viewer.phone, account.phone),
      pushName: account.name,
      isMe,
    };
  }

  /** The address book of an account: saved contacts that are on WhatsApp. */
  function addressBook(owner: Account): Account[] {
    return [...tables.contacts.values()]
      .filter((contact) => contact.owner === owner.phone)
      .flatMap((contact) => find(contact.phone) ?? []);
  }

  return { create, find, get, update, findByJid, phoneJid, lidJid, jidFor, save, savedName, contactFor, addressBook };
}

export type Accounts = ReturnType<typeof createAccounts>;
