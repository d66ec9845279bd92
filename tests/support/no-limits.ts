/** Tests and measurements act as programs that call a lot: what they are not about is out of their way. */
const LOTS = '1000000000';

export const NO_LIMITS: Record<string, string> = {
  REGISTER_LIMIT_ADDRESS: LOTS,
  WHATSAPP_LIMIT_LINK: LOTS,
  WHATSAPP_LIMIT_SEND: LOTS,
  WHATSAPP_LIMIT_READ: LOTS,
  MESSAGE_RATE_LIMIT_WHATSAPP: LOTS,
  MESSAGE_RATE_LIMIT_EMAIL: LOTS,
  MESSAGE_RATE_LIMIT_GENERAL: LOTS,
  MESSAGE_RATE_LIMIT_CHAT: LOTS,
  DASHBOARD_WRITE_LIMIT: LOTS,
};
