/** What can go wrong between a phone, a page and the network, with the HTTP status that the control API answers. */
const statuses = {
  BAD_REQUEST: 400,
  FORBIDDEN: 403,
  NO_SUCH_ACCOUNT: 404,
  NO_SUCH_CHAT: 404,
  NO_SUCH_DEVICE: 404,
  NO_SUCH_MESSAGE: 404,
  NOT_FOUND: 404,
  ACCOUNT_EXISTS: 409,
  PHONE_OFFLINE: 409,
  TOO_MANY_DEVICES: 409,
  APPROVAL_NEEDED: 409,
  QR_EXPIRED: 410,
  CODE_EXPIRED: 410,
  QR_UNKNOWN: 422,
  QR_INVALID: 422,
  CODE_WRONG: 422,
  NOT_ON_WHATSAPP: 422,
} as const;

export type FailureCode = keyof typeof statuses;

export class Failure extends Error {
  override name = 'Failure';
  constructor(
    readonly code: FailureCode,
    message: string,
  ) {
    super(message);
  }
  get status(): number {
    return statuses[this.code];
  }
}
