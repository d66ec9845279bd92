import { z } from 'zod';
import { realPairingTimes } from './links';

const ms = (fallback: number) => z.coerce.number().int().min(0).default(fallback);
const loopback = z.enum(['127.0.0.1', '::1', 'localhost']);

const environment = z.object({
  /** 0: any free port. */
  SANDBOX_PORT: z.coerce.number().int().min(0).max(65_535).default(3100),
  SANDBOX_HOST: loopback.default('127.0.0.1'),
  /** Accounts, links and messages. Links are credentials: keep it out of git. */
  SANDBOX_DATA_DIR: z.string().min(1).default('.data/sandbox/network'),
  /** Where `<version>.html` files go: this is WHATSAPP_WEB_CACHE_PATH for the program under test. */
  SANDBOX_PAGE_DIR: z.string().min(1).default('.data/sandbox/pages'),
  /** Which page to announce: as today, or the one that the unmodified library was written for. Both files are always there. */
  SANDBOX_PAGE: z.enum(['today', 'off']).default('today'),
  /** How long a QR lives, in seconds: the first and the following, `60,20`, or one number for both. */
  SANDBOX_QR_SECONDS: z
    .string()
    .regex(/^\d+(\.\d+)?(,\d+(\.\d+)?)?$/, 'expected seconds, such as 60,20')
    .default('60,20'),
  SANDBOX_QR_COUNT: z.coerce.number().int().min(1).max(1000).default(realPairingTimes.qrCount),
  SANDBOX_CODE_SECONDS: z.coerce
    .number()
    .positive()
    .default(realPairingTimes.codeMs / 1000),
  /** How long a message is under way to a phone. */
  SANDBOX_DELIVERY_MS: ms(250),
  /** How long a contact that answers by itself takes. */
  SANDBOX_REPLY_MS: ms(1200),
  /** `yes`: end when standard input ends, so that nothing is left of a test whose process was killed. */
  SANDBOX_END_WITH_STDIN: z.enum(['yes', 'no']).default('no'),
  /** `no`: start with an empty network. */
  SANDBOX_DEMO: z.enum(['yes', 'no']).default('yes'),
});

/** Reads SANDBOX_* variables. Throws one Error that names every bad one. */
export function readConfig(env: NodeJS.ProcessEnv) {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`bad environment\n${lines.join('\n')}`);
  }
  const given = parsed.data;
  const [first = 60, next = first] = given.SANDBOX_QR_SECONDS.split(',').map(Number);
  return {
    port: given.SANDBOX_PORT,
    host: given.SANDBOX_HOST,
    dataDir: given.SANDBOX_DATA_DIR,
    pageDir: given.SANDBOX_PAGE_DIR,
    endWithStdin: given.SANDBOX_END_WITH_STDIN === 'yes',
    page: given.SANDBOX_PAGE,
    demo: given.SANDBOX_DEMO === 'yes',
    deliveryMs: given.SANDBOX_DELIVERY_MS,
    replyMs: given.SANDBOX_REPLY_MS,
    pairing: {
      firstQrMs: first * 1000,
      nextQrMs: next * 1000,
      qrCount: given.SANDBOX_QR_COUNT,
      codeMs: given.SANDBOX_CODE_SECONDS * 1000,
    },
  };
}
