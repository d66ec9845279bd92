import type { ChatId, Resolved } from './engine';
import { resolveNumber } from './numbers';
import type { Session } from './session';

/** What can be asked of a session, in the process that runs it: plain data, so that another process can ask too. */
export type Operation =
  | { name: 'connect'; phone: string | null }
  | { name: 'stop' }
  | { name: 'unlink' }
  | { name: 'restart' }
  | { name: 'resolve'; phone: string }
  | { name: 'markRead'; ownNumber: string; chatId: ChatId };

/** The number that is connected, and the peer as WhatsApp knows it; null: not on WhatsApp. */
export type ResolveAnswer = { ownNumber: string; peer: Resolved | null };

type Answers = {
  connect: null;
  stop: null;
  unlink: null;
  restart: null;
  resolve: ResolveAnswer;
  markRead: null;
};
export type Answer<Name extends Operation['name']> = Answers[Name];

/** Carries an operation out on a session of this process. Throws what the session throws. */
export async function perform(session: Session, operation: Operation): Promise<Answer<Operation['name']>> {
  switch (operation.name) {
    case 'connect':
      await session.connect(operation.phone);
      return null;
    case 'stop':
      await session.stop();
      return null;
    case 'unlink':
      await session.unlink();
      return null;
    case 'restart':
      await session.restart();
      return null;
    case 'resolve': {
      const { engine, ownNumber } = session.engine();
      return { ownNumber, peer: await resolveNumber(engine, operation.phone) };
    }
    case 'markRead': {
      const { engine, ownNumber } = session.engine();
      // a receipt for a conversation of another number of the owner's has nobody to go to
      if (ownNumber === operation.ownNumber) await engine.markRead?.(operation.chatId);
      return null;
    }
    default:
      return operation satisfies never;
  }
}
