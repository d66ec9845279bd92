/** Errors of a connection to Twilio, by Node's own codes. */

/** There was nobody to send it to. */
const NOT_CONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'];

/**
 * OpenSSL's words for a certificate that does not hold, as Node's documentation lists them (tls, "X509 certificate error codes"). Those
 * that start with CERT_ or CRL_ are known by that.
 */
const NOT_TRUSTED = [
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'ERROR_IN_CRL_LAST_UPDATE_FIELD',
  'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
  'OUT_OF_MEM',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
  'INVALID_PURPOSE',
  'HOSTNAME_MISMATCH',
];

const BEFORE = new Set([...NOT_CONNECTED, ...NOT_TRUSTED]);
const BEFORE_STARTS = /^(CERT_|CRL_|ERR_TLS_)/;

/** A handshake that did not come to its end: its code (EPROTO, ECONNRESET) can come later as well, and only the words tell. */
const HANDSHAKE_SAYS =
  /wrong version number|unsupported protocol|alert protocol version|handshake failure|before secure TLS connection was established/;

const textOf = (error: unknown, name: 'code' | 'message'): string | null => {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === 'string' ? value : null;
};

export const codeOf = (error: unknown): string | null => textOf(error, 'code');

/** Whether an error came before a request was written, so that nothing can have been sent. */
export function isBeforeTheRequest(error: unknown): boolean {
  const [code, message] = [codeOf(error) ?? '', textOf(error, 'message') ?? ''];
  return BEFORE.has(code) || BEFORE_STARTS.test(code) || HANDSHAKE_SAYS.test(message);
}
