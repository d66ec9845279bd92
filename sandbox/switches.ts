import { createHash } from 'node:crypto';
import { z } from 'zod';

/**
 * In what ways the page behaves unlike the page that whatsapp-web.js 1.34.7 was written for. The first group imitates what
 * the real page changed since and is on by default; the second group are faults for tests and is off by default.
 */
export const switchesSchema = z.strictObject({
  /** `window.Debug` is never defined; the version is in WAWebUpdaterVersion alone. */
  noDebug: z.boolean().default(true),
  /** A message key keeps its text in a minified own property (`$1`) instead of `_serialized`. */
  renamedIds: z.boolean().default(true),
  /** A user agent that says HeadlessChrome gets the "works with Google Chrome 100+" page and nothing else. */
  refuseHeadless: z.boolean().default(true),
  /** Modules appear in batches, some after login, some only through Bootloader.loadModules. */
  progressiveModules: z.boolean().default(true),
  /** A page that finds its link again is synced before anybody can listen: a level without an edge. */
  alreadySynced: z.boolean().default(true),
  /** Joining a group with approval throws, though the request was sent, unless the caller passes the flag. */
  groupJoinApproval: z.boolean().default(true),

  /** `hasSynced` never becomes true. */
  neverSynced: z.boolean().default(false),
  /** Time between "connected" and `hasSynced`, with offline progress in between. */
  slowReadyMs: z.int().min(0).max(600_000).default(0),
  /** What arrives before `Msg` has a listener is in the chats but raises no event. */
  loseEarlyMessages: z.boolean().default(false),
  /** `hasSynced` goes false and true again on each reconnection. */
  resyncOnReconnect: z.boolean().default(false),
  /** The "What's new" dialog covers the page after login; the phone unlinks the device when it stays for this long. 0: no dialog. */
  whatsNewMs: z.int().min(0).max(600_000).default(0),
  /** That dialog does not go away, whatever is pressed. */
  stubbornNews: z.boolean().default(false),
  /** All is synced and Stream.mode says MAIN, but `hasSynced` stays false. */
  stuckSynced: z.boolean().default(false),
  /** New messages are in `Msg` and in their chats, and nobody is told: no `add`. */
  muteMessages: z.boolean().default(false),
  /** A message is in the chat and leaves, but the page says so only this much later. */
  answerMs: z.int().min(0).max(600_000).default(0),
  /** A message key's `toString()` says nothing: its text is in an own property of another name, or in none. */
  silentIds: z.enum(['no', 'property', 'none']).default('no'),
  /** An id that the page did not mint: a message is given another one, or no key can be made of it. */
  chosenIds: z.enum(['taken', 'ignored', 'refused']).default('taken'),
  /** Modules that are not registered at all. */
  missingModules: z.array(z.string()).default([]),
  /** `{'WAWebCollections.Msg': 'MsgCollection'}`: the member goes by another name. */
  renamedMembers: z.record(z.string(), z.string()).default({}),
});

export type Switches = z.infer<typeof switchesSchema>;
/** What a caller may say; the rest is as today. */
export type SwitchOptions = z.input<typeof switchesSchema>;

/** The page of today. */
export const today: Switches = switchesSchema.parse({});

/** The page that the unmodified library was written for. */
export const allOff: Switches = switchesSchema.parse({
  noDebug: false,
  renamedIds: false,
  refuseHeadless: false,
  progressiveModules: false,
  alreadySynced: false,
  groupJoinApproval: false,
});

/** Each set of switches is a page version of its own: digits, so that code which compares versions keeps working. */
export function versionOf(switches: Switches): string {
  const text = JSON.stringify(switches);
  if (text === JSON.stringify(today)) return '2.3000.1046200301';
  if (text === JSON.stringify(allOff)) return '2.3000.1036104712';
  const digits = createHash('sha256').update(text).digest().readUInt32BE(0) % 1_000_000;
  return `2.3000.1047${String(digits).padStart(6, '0')}`;
}
