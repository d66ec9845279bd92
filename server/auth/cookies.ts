import type { Config } from '@/server/config';

/**
 * Cookies do not know ports: two copies on one machine would sign each other's users out, so each names its cookies by its port.
 * Over https they carry the `__Secure-` prefix.
 */
export function cookieNames(config: Pick<Config, 'PORT' | 'publicUrl'>) {
  const secure = config.publicUrl.startsWith('https://');
  const prefix = `${secure ? '__Secure-' : ''}omniwp-${config.PORT}`;
  return { secure, prefix, session: `${prefix}.session-token` };
}
