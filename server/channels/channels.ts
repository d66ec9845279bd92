import type { OwnerId } from '@/server/auth/owner-id';
import type { Config } from '@/server/config';
import type { Db } from '@/server/db';
import type { Registry } from '@/server/whatsapp/registry';
import { createEmail } from './email';
import { createMailer, type Mailer } from './mailer';
import type { ChannelPort } from './port';
import type { Channel, Provider } from './schema';
import { createWhatsappWeb } from './whatsapp-web';

export const TWILIO_WEBHOOK_PATH = '/api/v1/webhooks/twilio';

/** Why a provider was chosen; stands in the row. */
export type Reason = 'CONNECTED' | 'COMING_BACK' | 'NOT_CONNECTED' | 'DID_NOT_LEAVE' | 'EMAIL';
export type Choice = { provider: Provider; reason: Reason };

/** Whom it goes to; `tried`: WhatsApp Web had it, and it certainly did not leave. */
type Wanted = { channel: Channel; phone: string | null; tried?: 'may_again' | 'for_good' | undefined };

export type Channels = {
  port(provider: Provider): ChannelPort | null;
  /** What would carry a message now; null: nothing. */
  choose(ownerId: OwnerId, wanted: Wanted): Promise<Choice | null>;
  /** Whether anything could ever carry it: what a message for later needs. */
  isPossible(ownerId: OwnerId, wanted: Wanted): Promise<boolean>;
  /** Our number by Twilio, E.164; null: there is none. */
  twilioNumber: string | null;
  /** For mails of the server's own; null: it sends none. */
  mailer: Mailer | null;
};

/** Within a shutdown's time. */
const TIMEOUT_MS = 10_000;

async function openTwilio(config: Config, timeoutMs: number): Promise<ChannelPort | null> {
  const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_WHATSAPP_NUMBER } = config;
  if (!TWILIO_ACCOUNT_SID || !TWILIO_AUTH_TOKEN || !TWILIO_WHATSAPP_NUMBER) return null;
  // its SDK is loaded where somebody uses it
  const { createTwilio } = await import('./twilio');
  return createTwilio({
    accountSid: TWILIO_ACCOUNT_SID,
    authToken: TWILIO_AUTH_TOKEN,
    number: TWILIO_WHATSAPP_NUMBER,
    apiBaseUrl: config.TWILIO_API_BASE_URL,
    contentSids: config.twilioContentSids,
    // Twilio refuses a message whose callback it could never reach: localhost, unless somebody said so
    callbackUrl: config.PUBLIC_URL ? `${config.publicUrl}${TWILIO_WEBHOOK_PATH}` : null,
    timeoutMs,
  });
}

function openMailer({ SMTP_URL, MAIL_FROM }: Config, timeoutMs: number): Mailer | null {
  return SMTP_URL && MAIL_FROM ? createMailer({ smtpUrl: SMTP_URL, from: MAIL_FROM, timeoutMs }) : null;
}

/** The channels that this server has, and the choice between them (contract.md, "Messages"). */
export async function createChannels(deps: {
  db: Db;
  config: Config;
  registry: Pick<Registry, 'status' | 'resolve' | 'kick'>;
  timeoutMs?: number;
}): Promise<Channels> {
  const { db, config, registry, timeoutMs = TIMEOUT_MS } = deps;
  const mailer = openMailer(config, timeoutMs);
  const whatsappWeb = createWhatsappWeb({ db, registry, enabled: config.WHATSAPP_WEB_ENABLED });
  const twilio = await openTwilio(config, timeoutMs);
  const email = mailer && createEmail(mailer);

  function port(provider: Provider): ChannelPort | null {
    switch (provider) {
      case 'whatsapp_web':
        return whatsappWeb;
      case 'twilio':
        return twilio;
      case 'email':
        return email;
      default:
        return provider satisfies never;
    }
  }

  /** The owner's own number when it is connected, else Twilio; while the link is coming back and there is no Twilio, it waits for it. */
  async function chooseWhatsapp(ownerId: OwnerId, { phone, tried }: Wanted): Promise<Choice | null> {
    const web = tried === 'for_good' ? 'no' : await whatsappWeb.readiness(ownerId);
    const byTwilio = twilio !== null && phone !== null;
    if (web === 'now' && !(tried && byTwilio)) return { provider: 'whatsapp_web', reason: 'CONNECTED' };
    if (byTwilio) return { provider: 'twilio', reason: tried ? 'DID_NOT_LEAVE' : 'NOT_CONNECTED' };
    return web === 'soon' ? { provider: 'whatsapp_web', reason: 'COMING_BACK' } : null;
  }

  return {
    port,
    async choose(ownerId, wanted) {
      if (wanted.channel === 'email') return email && { provider: 'email', reason: 'EMAIL' };
      return chooseWhatsapp(ownerId, wanted);
    },
    async isPossible(ownerId, { channel, phone }) {
      if (channel === 'email') return email !== null;
      if (twilio !== null && phone !== null) return true;
      return config.WHATSAPP_WEB_ENABLED && (await registry.status(ownerId)).hasSession;
    },
    twilioNumber: config.TWILIO_WHATSAPP_NUMBER ?? null,
    mailer,
  };
}
