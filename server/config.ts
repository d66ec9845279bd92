import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';

/**
 * The environment, parsed once: the only reader of process.env. `.env.example` lists the same names (a test compares them).
 * Every bad variable is reported at once, by name, never with its value.
 */

const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');
const count = (fallback: number) => z.coerce.number().int().min(1).default(fallback);
const duration = z
  .string()
  .regex(/^\d+[smhd]$/, 'must be a number and s, m, h or d, for example 7d')
  .transform(
    (value) =>
      Number(value.slice(0, -1)) * { s: 1, m: 60, h: 3600, d: 86_400 }[value.slice(-1) as 's' | 'm' | 'h' | 'd'],
  );

/** Words of tutorials, the keys of a keyboard in their order, and a piece that is written again: nobody's random characters. */
const GUESSABLE = /change.?me|your.?secret|default|example|password|abcdef|012345|123456|qwerty|(.{8,})\1|(.{3,})\2\2/i;

/** Long enough, and not one character over and over or a word from a tutorial. */
const strongSecret = z
  .string({ error: 'is required: at least 32 random characters, for example from `openssl rand -base64 48`' })
  .min(32, { error: 'must have at least 32 characters', abort: true })
  .refine((value) => new Set(value).size >= 10 && !GUESSABLE.test(value), {
    error: 'is too easy to guess: use random characters, for example from `openssl rand -base64 48`',
  });

export const environment = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  HOST: z.string().min(1).default('localhost'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  TRUST_PROXY: flag.default(false),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  METRICS_TOKEN: z.string().min(16, { error: 'must have at least 16 characters' }).optional(),
  DATA_DIR: z.string().min(1).default('./.data/live'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
    .optional(),
  REDIS_URL: z
    .string()
    .regex(/^(rediss?|unix):\/\//, 'must start with redis://, rediss:// or unix://')
    .optional(),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((value) => value.split(',').flatMap((origin) => origin.trim() || []))
    .refine((origins) => origins.every((origin) => URL.canParse(origin) && /^https?:/.test(origin)), {
      error: 'must be origins such as https://shop.example, separated by commas',
    })
    .transform((origins) => origins.map((origin) => new URL(origin).origin)),
  JWT_SECRET: strongSecret,
  JWT_EXPIRES_IN: duration.default(7 * 86_400),
  REGISTRATION: z.enum(['open', 'invite', 'closed']).optional(),
  LOGIN_LIMIT_PAIR: count(5),
  LOGIN_LIMIT_ACCOUNT: count(20),
  LOGIN_LIMIT_ADDRESS: count(50),
  REGISTER_LIMIT_ADDRESS: count(100),
  WHATSAPP_LIMIT_LINK: count(3),
  WHATSAPP_LIMIT_SEND: count(10),
  WHATSAPP_LIMIT_READ: count(5),
  MESSAGE_RATE_LIMIT_WHATSAPP: count(10),
  MESSAGE_RATE_LIMIT_EMAIL: count(30),
  MESSAGE_RATE_LIMIT_GENERAL: count(100),
  MESSAGE_RATE_LIMIT_CHAT: count(60),
  DASHBOARD_WRITE_LIMIT: count(600),
  DEFAULT_COUNTRY: z
    .string()
    .refine(isSupportedCountry, 'must be a country code of two capital letters, of a country that has phones')
    .default('AR'),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC\w+$/, 'must start with AC')
    .optional(),
  TWILIO_AUTH_TOKEN: z.string().min(1).optional(),
  TWILIO_WHATSAPP_NUMBER: z
    .string()
    .regex(/^(whatsapp:)?\+\d{6,15}$/, 'must be a number such as +14155238886')
    .transform((value) => value.replace('whatsapp:', ''))
    .optional(),
  TWILIO_API_BASE_URL: z.url({ protocol: /^https?$/ }).default('https://api.twilio.com'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'must be an address such as smtps://user:password@smtp.example:465' })
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(/^([^<>\r\n]+ )?<?[^\s<>@]+@[^\s<>@]+>?$/, 'must be an address such as Panadería <hola@shop.example>')
    .optional(),
  WHATSAPP_WEB_ENABLED: flag.default(true),
  WHATSAPP_SESSION_PATH: z.string().min(1).default('./sessions'),
  WHATSAPP_WEB_VERSION: z.string().min(1).optional(),
  WHATSAPP_WEB_CACHE_PATH: z.string().min(1).optional(),
  CHROMIUM_ARGS: z
    .string()
    .default('')
    .transform((value) => value.split(/\s+/).filter(Boolean)),
  CHROMIUM_PATH: z.string().min(1).optional(),
  PUPPETEER_EXECUTABLE_PATH: z.string().min(1).optional(),
  WHATSAPP_START_CONCURRENCY: count(2),
  WHATSAPP_PAIRING_MINUTES: count(5),
  WHATSAPP_MIN_FREE_MB: z.coerce.number().int().min(0).default(300),
  WHATSAPP_MEMORY_BUDGET_MB: count(700),
});

export type Config = z.infer<typeof environment> & {
  publicUrl: string;
  registration: 'open' | 'invite' | 'closed';
  /** TWILIO_CONTENT_SID_<TYPE>: the approved template of Twilio's for a type of ours (in small letters). */
  twilioContentSids: Record<string, string>;
};

/** What one of them is worth nothing without. */
const TOGETHER = [
  ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_WHATSAPP_NUMBER'],
  ['SMTP_URL', 'MAIL_FROM'],
] as const;

const CONTENT_SID = /^TWILIO_CONTENT_SID_(\w+)$/;

/** What no variable alone can say. */
function issuesAcross(given: Record<string, string | undefined>): string[] {
  const missing = TOGETHER.flatMap((names) => {
    const absent = names.filter((name) => !given[name]);
    return absent.length === names.length
      ? []
      : absent.map((name) => `${name} is needed too: the others of its group are set`);
  });
  const bad = Object.entries(given).flatMap(([name, value = '']) =>
    CONTENT_SID.test(name) && !/^HX\w+$/.test(value) ? [`${name} must start with HX`] : [],
  );
  return [...missing, ...bad];
}

const contentSidsOf = (given: Record<string, string | undefined>) =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, sid]) => {
      const type = CONTENT_SID.exec(name)?.[1]?.toLowerCase();
      return type && sid ? [[type, sid]] : [];
    }),
  );

/** Throws one error that names every variable at fault. An empty value counts as unset. */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  const across = issuesAcross(given);
  if (!parsed.success || across.length > 0) {
    const alone = parsed.error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`) ?? [];
    const lines = [...alone, ...across].map((line) => `  ${line}`);
    throw new Error(
      `The configuration has ${lines.length} error${lines.length === 1 ? '' : 's'}:\n${lines.join('\n')}`,
    );
  }
  const config = parsed.data;
  return {
    ...config,
    twilioContentSids: contentSidsOf(given),
    publicUrl: (config.PUBLIC_URL ?? `http://localhost:${config.PORT}`).replace(/\/$/, ''),
    registration: config.REGISTRATION ?? (config.NODE_ENV === 'production' ? 'invite' : 'open'),
  };
}

/** Reads `.env` where there is one (variables that are set win), then the environment. */
export function readConfig(): Config {
  try {
    process.loadEnvFile();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return parseConfig(process.env);
}

/**
 * next-auth reads its address and secret from the environment alone; without them sign-in goes to localhost:3000.
 * Called by main.ts before Next is loaded.
 */
export function exportForNextAuth(config: Config): void {
  process.env.NEXTAUTH_URL = config.publicUrl;
  process.env.NEXTAUTH_SECRET = config.JWT_SECRET;
}
