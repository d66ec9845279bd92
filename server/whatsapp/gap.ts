import type { EngineMessage } from './engine';

/** A time in which the session was not connected, and what came in meanwhile and was read back afterwards. */
export type Gap = { from: Date; to: Date; messages: number };

/** Counts a message that was stored only now though it came in during the gap. WhatsApp's times are whole seconds. */
export function noteRecovered(gap: Gap | null, message: EngineMessage): void {
  if (!gap || message.direction !== 'inbound') return;
  const at = message.sentAt.getTime();
  if (at >= gap.from.getTime() - 1_000 && at <= gap.to.getTime()) gap.messages += 1;
}
