import { z } from 'zod';
import { sendInput } from '@/server/chats/schema';
import { opaqueId } from '@/server/ids/schema';
import { direction, message } from '@/server/messages/schema';

/** The words a caller sees; the engine's states map onto them in session-status.ts (contract.md, "Status words"). */
export const statusWord = z.enum([
  'not_connected',
  'initializing',
  'qr_ready',
  'authenticated',
  'syncing',
  'connected',
  'reconnecting',
  'disconnected',
  'auth_failed',
  'logged_out',
  'parked',
  'error',
]);
export type StatusWord = z.infer<typeof statusWord>;

/** Why a session is in `error`, `auth_failed`, `logged_out`, `parked` or `reconnecting`: each has words in app/_lib/i18n under `whatsapp.reason`. */
export const statusReason = z.enum([
  'BROWSER_NOT_FOUND',
  'BROWSER_TOO_OLD',
  'BROWSER_DIED',
  'PAGE_DIED',
  'PAGE_UNREACHABLE',
  'WHATSAPP_CHANGED',
  'AUTH_FAILED',
  'CONFLICT',
  'CONNECTION_LOST',
  'START_TIMEOUT',
  'READY_TIMEOUT',
  'PROFILE_IN_USE',
  /** The database says that there is a link, and its folder is not where it should be. Nothing is touched. */
  'PROFILE_MISSING',
  'PHONE_LOGGED_OUT',
  'USER_UNLINKED',
  'NEVER_SCANNED',
  'ELSEWHERE',
  'ACTION_REQUIRED',
  'NO_MEMORY',
  'DISK_FULL',
  'RECYCLING',
  'UNKNOWN',
]);
export type StatusReason = z.infer<typeof statusReason>;

/**
 * Everything about a session that a page shows. `qrCode` is the raw pairing string, `pairingCode` the eight characters; both are
 * null once `expiresAt` has passed. `hasSession`: a link is kept, so restore works without a new QR.
 */
export const whatsappStatus = z.object({
  status: statusWord,
  connected: z.boolean(),
  method: z.enum(['qr', 'code']).nullable(),
  qrCode: z.string().nullable(),
  pairingCode: z.string().nullable(),
  expiresAt: z.date().nullable(),
  phoneNumber: z.string().nullable(),
  name: z.string().nullable(),
  /** What the phone is (android, iphone, …), while connected and where WhatsApp says. */
  platform: z.string().nullable(),
  connectedAt: z.date().nullable(),
  reason: statusReason.nullable(),
  /** With WHATSAPP_CHANGED: the modules and members that WhatsApp's page lacks, by name. Empty: nobody can say. */
  missing: z.array(z.string().max(100)).max(40).default([]),
  /** With WHATSAPP_CHANGED: the version of that page, where it tells one. */
  pageVersion: z.string().max(40).nullable().default(null),
  /** In `error` and `auth_failed`: since when, over all the tries that failed. */
  failingSince: z.date().nullable().default(null),
  /** In `error`: when it is tried again by itself (a moment ago: right now); null: when somebody asks for it. */
  retryAt: z.date().nullable().default(null),
  progress: z.number().nullable(),
  hasSession: z.boolean(),
  /** The last time away of this link in which something was missed and read back afterwards. */
  recovered: z.object({ from: z.date(), to: z.date(), messages: z.number() }).nullable(),
  /** Messages that this version counts and does not store. */
  skipped: z.object({ group: z.number(), channel: z.number(), status: z.number(), broadcast: z.number() }),
});
export type WhatsappStatus = z.infer<typeof whatsappStatus>;

/** Without a number: a QR. With one (any spelling that libphonenumber reads): a pairing code for that phone. */
export const connectInput = z.object({ phoneNumber: z.string().trim().min(1).max(40).optional() }).optional();

/** Stops and keeps the link; with `unlink` the phone's link ends for good. */
export const disconnectInput = z.object({ unlink: z.boolean().default(false) }).optional();

/** The status as the contract has it, and whose it is. */
export const ownStatus = whatsappStatus.extend({ success: z.literal(true), userId: z.string() });

/** What connect, disconnect, restore and restart answer. `success`: false where it failed, with `reason`. */
export const linkAnswer = whatsappStatus
  .pick({
    status: true,
    connected: true,
    method: true,
    qrCode: true,
    pairingCode: true,
    expiresAt: true,
    phoneNumber: true,
    name: true,
    reason: true,
    hasSession: true,
  })
  .extend({ success: z.boolean(), message: z.string() });
export type LinkAnswer = z.infer<typeof linkAnswer>;

export const qrAnswer = whatsappStatus
  .pick({ qrCode: true, status: true, connected: true })
  .extend({ success: z.literal(true) });

/** `number` is what the old product called phoneNumber. */
export const infoAnswer = z.object({
  success: z.literal(true),
  info: z.object({
    phoneNumber: z.string().nullable(),
    number: z.string().nullable().meta({ deprecated: true, description: 'The old name of `phoneNumber`.' }),
    name: z.string().nullable(),
    platform: z.string().nullable(),
  }),
});

export const availabilityAnswer = z.object({
  success: z.literal(true),
  whatsappWeb: z.object({ enabled: z.boolean(), hasRedis: z.boolean(), reason: z.string() }),
  features: z.object({ websockets: z.boolean(), redis: z.boolean(), whatsappWeb: z.boolean() }),
});

export const sendToNumberInput = z.object({
  /** Any spelling of a phone; without + it is read in the account's country. */
  clientNumber: z.string().trim().min(1).max(40),
  text: sendInput.shape.text,
});
/** `sent`: WhatsApp took it. `queued`: it is stored and will leave in its turn. */
export const sentAnswer = z.object({
  success: z.literal(true),
  messageId: z.string(),
  providerMessageId: z.string().nullable(),
  status: z.enum(['sent', 'queued']),
});

export const historyInput = z.object({
  limit: z.number().int().min(1).max(500).default(50),
  offset: z.number().int().min(0).max(1_000_000_000).default(0),
  clientId: opaqueId.optional(),
  direction: direction.optional(),
});
/** `body` and `timestamp` are what the old product called text and createdAt. */
export const historyAnswer = z.object({
  success: z.literal(true),
  messages: z.array(
    message.extend({
      body: z.string().meta({ deprecated: true, description: 'The old name of `text`.' }),
      timestamp: z.date().meta({ deprecated: true, description: 'The old name of `createdAt`.' }),
    }),
  ),
  total: z.number().int(),
  limit: z.number().int(),
  offset: z.number().int(),
});
