import { z } from 'zod';
import type { Journal, Put } from './journal';
import { messageTypes } from './protocol';
import { switchesSchema } from './switches';

const account = z.object({
  /** E.164 with `+`. */
  phone: z.string(),
  /** Digits of the hidden id, `<lid>@lid`. */
  lid: z.string(),
  /** The name the account gives itself. */
  name: z.string(),
  /** Others see the hidden id and no number. */
  hidden: z.boolean(),
  /** A phone that the pretend phone page holds in its hand; the others are people to write as. */
  demo: z.boolean(),
  /** Answers by itself. */
  replies: z.boolean(),
  /** The phone itself is on and connected. */
  online: z.boolean(),
  /** How much of the mailbox the phone has taken. */
  seen: z.int(),
});
const contact = z.object({ owner: z.string(), phone: z.string(), name: z.string() });
const device = z.object({
  id: z.string(),
  phone: z.string(),
  token: z.string(),
  name: z.string(),
  version: z.string(),
  linkedAt: z.number(),
  lastSeenAt: z.number(),
  /** How much of the mailbox it has taken. */
  seen: z.int(),
});
const message = z.object({
  id: z.string(),
  from: z.string(),
  /** A phone, a group's id, or `status` / `channel`. */
  to: z.string(),
  type: z.enum(messageTypes),
  body: z.string(),
  t: z.int(),
  ack: z.int(),
});
const mail = z.object({ phone: z.string(), seq: z.int(), message: z.string() });
const unread = z.object({ phone: z.string(), chat: z.string(), count: z.int() });
const group = z.object({
  id: z.string(),
  subject: z.string(),
  owner: z.string(),
  createdAt: z.int(),
  members: z.array(z.string()),
  invite: z.string(),
  approval: z.boolean(),
});

export type Account = z.infer<typeof account>;
export type Contact = z.infer<typeof contact>;
export type Device = z.infer<typeof device>;
export type Message = z.infer<typeof message>;
export type Mail = z.infer<typeof mail>;
export type Group = z.infer<typeof group>;

function table<Row>(name: string, row: z.ZodType<Row>) {
  return { name, row, rows: new Map<string, Row>() };
}

/** The whole network in memory, and each change of it in the journal before anybody hears of it. */
export function createTables(journal: Journal) {
  const tables = {
    accounts: table('accounts', account),
    contacts: table('contacts', contact),
    devices: table('devices', device),
    messages: table('messages', message),
    mail: table('mail', mail),
    unread: table('unread', unread),
    groups: table('groups', group),
    pages: table('pages', switchesSchema),
  };
  type Tables = typeof tables;
  type Name = keyof Tables;
  type RowOf<N extends Name> = z.infer<Tables[N]['row']>;

  let pending: Put[] | null = null;

  function load([name, key, value]: Put): void {
    const found = Object.values(tables).find((candidate) => candidate.name === name);
    if (!found) return;
    if (value === null) found.rows.delete(key);
    else (found.rows as Map<string, unknown>).set(key, found.row.parse(value));
  }

  function* everything(): Generator<Put> {
    for (const { name, rows } of Object.values(tables)) for (const [key, value] of rows) yield [name, key, value];
  }

  function write(put: Put): void {
    if (pending) pending.push(put);
    else journal.append([put]);
  }

  function put<N extends Name>(name: N, key: string, value: RowOf<N>): void {
    (tables[name].rows as Map<string, RowOf<N>>).set(key, value);
    write([name, key, value]);
  }

  function remove(name: Name, key: string): void {
    tables[name].rows.delete(key);
    write([name, key, null]);
  }

  /** All changes made inside are one line of the journal. */
  function together<T>(work: () => T): T {
    if (pending) return work();
    pending = [];
    try {
      return work();
    } finally {
      const puts: Put[] = pending;
      pending = null;
      if (puts.length > 0) journal.append(puts);
    }
  }

  journal.read(load);
  journal.compact(everything());

  return {
    accounts: tables.accounts.rows,
    contacts: tables.contacts.rows,
    devices: tables.devices.rows,
    messages: tables.messages.rows,
    mail: tables.mail.rows,
    unread: tables.unread.rows,
    groups: tables.groups.rows,
    pages: tables.pages.rows,
    put,
    remove,
    together,
  };
}

export type Tables = ReturnType<typeof createTables>;
