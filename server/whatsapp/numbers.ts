import { AppError } from '@/server/errors';
import { type Engine, EngineError, type Resolved } from './engine';

/** Asks WhatsApp about a number (E.164); null: not there. Throws WHATSAPP_UNAVAILABLE when it does not answer. */
export async function resolveNumber(engine: Engine, phone: string): Promise<Resolved | null> {
  try {
    return await engine.resolve(phone);
  } catch (error) {
    if (error instanceof EngineError) throw new AppError('WHATSAPP_UNAVAILABLE', { cause: error });
    throw error;
  }
}
