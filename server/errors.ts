/**
 * Every error a caller can see, in one table: code -> HTTP status, tRPC code and the words a person reads.
 * Errors are told apart by `code`, never by `instanceof`: Next and the custom server hold separate copies of this module.
 */

export type Locale = 'es' | 'en';

type TrpcCode =
  | 'BAD_REQUEST'
  | 'METHOD_NOT_SUPPORTED'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNPROCESSABLE_CONTENT'
  | 'TOO_MANY_REQUESTS'
  | 'BAD_GATEWAY'
  | 'SERVICE_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

type Entry = { status: number; trpc: TrpcCode; es: string; en: string };

const bad = (es: string, en: string): Entry => ({ status: 400, trpc: 'BAD_REQUEST', es, en });
const unauthorized = (es: string, en: string): Entry => ({ status: 401, trpc: 'UNAUTHORIZED', es, en });
const forbidden = (es: string, en: string): Entry => ({ status: 403, trpc: 'FORBIDDEN', es, en });
const notFound = (es: string, en: string): Entry => ({ status: 404, trpc: 'NOT_FOUND', es, en });
const conflict = (es: string, en: string): Entry => ({ status: 409, trpc: 'CONFLICT', es, en });
const impossible = (es: string, en: string): Entry => ({ status: 422, trpc: 'UNPROCESSABLE_CONTENT', es, en });
const tooMany = (es: string, en: string): Entry => ({ status: 429, trpc: 'TOO_MANY_REQUESTS', es, en });
const unavailable = (es: string, en: string): Entry => ({ status: 503, trpc: 'SERVICE_UNAVAILABLE', es, en });

export const ERRORS = {
  INVALID_INPUT: bad('Revisá los datos marcados.', 'Check the marked fields.'),
  INVALID_JSON: bad('El cuerpo de la petición no es JSON.', 'The body of the request is not JSON.'),
  INVALID_PHONE: bad(
    'Ese número no parece un teléfono. Escribilo con código de país, por ejemplo +54 9 11 2345 6789.',
    'That does not look like a phone number. Write it with its country code, for example +54 9 11 2345 6789.',
  ),
  TOKEN_REQUIRED: unauthorized('Iniciá sesión para continuar.', 'Sign in to continue.'),
  INVALID_TOKEN: unauthorized(
    'Tu sesión ya no es válida. Iniciá sesión otra vez.',
    'Your session is no longer valid. Sign in again.',
  ),
  TOKEN_EXPIRED: unauthorized('Tu sesión venció. Iniciá sesión otra vez.', 'Your session has expired. Sign in again.'),
  USER_NOT_FOUND: unauthorized('Esa cuenta ya no existe.', 'That account no longer exists.'),
  INVALID_CREDENTIALS: unauthorized(
    'El correo o la contraseña no coinciden.',
    'The e-mail or the password does not match.',
  ),
  FOREIGN_ORIGIN: forbidden('La petición viene de otro sitio.', 'The request comes from another site.'),
  BAD_SIGNATURE: forbidden('La firma no es del proveedor.', 'The signature is not the provider’s.'),
  REGISTRATION_CLOSED: forbidden('Las cuentas nuevas se crean por invitación.', 'New accounts are by invitation.'),
  ADMIN_ONLY: forbidden('Es solo para quien administra.', 'This is for the admin only.'),
  NOT_FOUND: notFound('No existe.', 'Not found.'),
  METHOD_NOT_ALLOWED: {
    status: 405,
    trpc: 'METHOD_NOT_SUPPORTED',
    es: 'Esa dirección no admite ese método.',
    en: 'That address does not take that method.',
  },
  CLIENT_NOT_FOUND: notFound('Ese cliente no existe.', 'That client does not exist.'),
  ORDER_NOT_FOUND: notFound('Ese pedido no existe.', 'That order does not exist.'),
  TEMPLATE_NOT_FOUND: notFound('Esa plantilla no existe.', 'That template does not exist.'),
  CHAT_NOT_FOUND: notFound('Esa conversación no existe.', 'That conversation does not exist.'),
  MESSAGE_NOT_FOUND: notFound('Ese mensaje no existe.', 'That message does not exist.'),
  NO_WHATSAPP_SESSION: notFound('No hay ningún WhatsApp vinculado.', 'No WhatsApp is linked.'),
  EMAIL_ALREADY_EXISTS: conflict('Ya hay una cuenta con ese correo.', 'There is already an account with that e-mail.'),
  CLIENT_PHONE_EXISTS: conflict('Ya tenés un cliente con ese teléfono.', 'You already have a client with that phone.'),
  CLIENT_HAS_ORDERS: conflict(
    'Ese cliente tiene pedidos. Borralos antes, o conservá el cliente.',
    'That client has orders. Delete them first, or keep the client.',
  ),
  IDEMPOTENCY_KEY_REUSED: conflict(
    'Esa Idempotency-Key ya se usó con otros datos.',
    'That Idempotency-Key was already used with other data.',
  ),
  IDEMPOTENCY_KEY_BUSY: conflict(
    'La petición con esa Idempotency-Key todavía está en curso. Repetila en unos segundos.',
    'The request with that Idempotency-Key is still under way. Repeat it in a few seconds.',
  ),
  WHATSAPP_NOT_CONNECTED: conflict('Tu WhatsApp no está conectado.', 'Your WhatsApp is not connected.'),
  WHATSAPP_ALREADY_CONNECTED: conflict('Tu WhatsApp ya está conectado.', 'Your WhatsApp is already connected.'),
  PAIRING_NOT_POSSIBLE: conflict(
    'Ahora no se puede pedir un código. Empezá la conexión otra vez.',
    'A code cannot be asked for right now. Start the connection again.',
  ),
  SESSION_ELSEWHERE: conflict(
    'Tu WhatsApp está abierto en otro proceso de este servidor.',
    'Your WhatsApp is open in another process of this server.',
  ),
  NOT_RETRYABLE: conflict(
    'Ese mensaje no se puede reenviar: no falló, o puede haber salido.',
    'That message cannot be sent again: it did not fail, or it may have left.',
  ),
  CLIENT_KEY_REUSED: conflict(
    'Esa clave ya se usó para otro mensaje.',
    'That key was already used for another message.',
  ),
  NUMBER_NOT_ON_WHATSAPP: impossible('Ese número no está en WhatsApp.', 'That number is not on WhatsApp.'),
  OTHER_NUMBER: impossible(
    'Esa conversación es de otro número tuyo. Conectá ese número para escribir en ella.',
    'That conversation belongs to another number of yours. Connect that number to write in it.',
  ),
  TEMPLATE_VARIABLE_MISSING: impossible(
    'A la plantilla le falta un dato, y sin él no se envía nada.',
    'A variable of the template is missing, and without it nothing is sent.',
  ),
  CLIENT_ORDER_MISMATCH: impossible('Ese pedido es de otro cliente.', 'That order belongs to another client.'),
  NO_PHONE_NUMBER: impossible('Ese cliente no tiene teléfono.', 'That client has no phone number.'),
  NO_EMAIL_ADDRESS: impossible('Ese cliente no tiene correo.', 'That client has no e-mail address.'),
  MISSING_SUBJECT: impossible('Un correo lleva asunto.', 'An e-mail needs a subject.'),
  PAYLOAD_TOO_LARGE: {
    status: 413,
    trpc: 'PAYLOAD_TOO_LARGE',
    es: 'Es demasiado grande.',
    en: 'It is too large.',
  },
  TOO_MANY_ATTEMPTS: tooMany(
    'Demasiados intentos. Probá de nuevo en unos minutos.',
    'Too many attempts. Try again in a few minutes.',
  ),
  RATE_LIMITED: tooMany('Vas demasiado rápido. Esperá un momento.', 'You are going too fast. Wait a moment.'),
  PROVIDER_REFUSED: {
    status: 502,
    trpc: 'BAD_GATEWAY',
    es: 'El proveedor no aceptó el envío.',
    en: 'The provider did not accept it.',
  },
  MAIL_NOT_SET_UP: conflict(
    'Este servidor no envía correos. Pedile a quien lo administra una contraseña nueva.',
    'This server sends no mail. Ask whoever runs it for a new password.',
  ),
  NO_CHANNEL_AVAILABLE: unavailable(
    'No hay ningún canal por el que enviarlo ahora: ni un WhatsApp conectado, ni Twilio, ni correo. Cuando haya uno, envialo de nuevo.',
    'There is no channel to send it over right now: no connected WhatsApp, no Twilio, no e-mail. Once there is one, send it again.',
  ),
  LIMITS_UNAVAILABLE: unavailable(
    'No se puede iniciar sesión en este momento. Probá en un minuto.',
    'Signing in is not possible right now. Try again in a minute.',
  ),
  DATABASE_UNAVAILABLE: unavailable(
    'Ahora no se puede leer ni guardar. Probá en un momento.',
    'Nothing can be read or saved right now. Try again in a moment.',
  ),
  SHUTTING_DOWN: unavailable('El servidor se está reiniciando.', 'The server is restarting.'),
  WHATSAPP_UNAVAILABLE: unavailable('WhatsApp no responde en este momento.', 'WhatsApp does not answer right now.'),
  WHATSAPP_DISABLED: unavailable(
    'WhatsApp está desactivado en este servidor.',
    'WhatsApp is switched off on this server.',
  ),
  INTERNAL: {
    status: 500,
    trpc: 'INTERNAL_SERVER_ERROR',
    es: 'Algo falló de nuestro lado. Ya quedó registrado.',
    en: 'Something failed on our side. It has been recorded.',
  },
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof ERRORS;

export type ErrorDetail = { field: string; message: string };

/** What a caller sees of an error; `message` is in their language. */
export type AppErrorData = {
  code: ErrorCode;
  message: string;
  requestId: string;
  details?: ErrorDetail[];
  retryAfter?: number;
};

/** What is wrong with one field, where the code's own words say too little. */
export type Fault = { field: string } & Record<Locale, string>;

/** The one error that features throw. `message` is for logs; callers read the words of the table, in their language. */
export class AppError extends Error {
  override name = 'AppError';
  constructor(
    readonly code: ErrorCode,
    readonly more: { fields?: string[]; faults?: Fault[]; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(code, { cause: more.cause });
  }
}

/** Whether `error` is an AppError of this or another copy of this module; `code` narrows further. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  if (!(error instanceof Error) || error.name !== 'AppError' || !('code' in error)) return false;
  return code === undefined ? String(error.code) in ERRORS : error.code === code;
}

/** es unless the header prefers English. */
export function localeOf(acceptLanguage: string | null | undefined): Locale {
  const preferred = (acceptLanguage ?? '')
    .split(',')
    .map((part, index) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const q = Number(parameters.find((parameter) => parameter.trim().startsWith('q='))?.split('=')[1] ?? 1);
      return { tag: tag.slice(0, 2), q, index };
    })
    .filter(({ tag, q }) => (tag === 'es' || tag === 'en') && q > 0)
    .sort((a, b) => b.q - a.q || a.index - b.index)[0];
  return preferred?.tag === 'en' ? 'en' : 'es';
}
