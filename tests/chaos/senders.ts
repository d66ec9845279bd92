import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '@/server/chats/schema';
import type { Script } from './plan';
import type { Business } from './world';

/** A message that the server said it has. */
export type Accepted = { session: number; peer: number; text: string; clientKey: string; id: string; tries: number };

/** A caller's patience with one request. */
const ANSWER_MS = 15_000;
const PAUSE_MS = 300;

/** A key that the plan decides: the same run asks with the same keys. */
function keyOf(...parts: (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join('/')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * A program that sends in order and asks with the same key until the server says yes: after a refusal, no answer, or an answer
 * that came too late. Some ask again even then. Rejects when the same key is answered with another message.
 */
export async function runSender(
  business: Business,
  script: Script,
  seed: number,
  accepted: Accepted[],
  end: AbortSignal,
): Promise<void> {
  const { trpc } = business.client();
  const person = business.people[script.peer];
  if (!person) throw new Error('no such person');
  const { chatId } = person;

  async function send(text: string, clientKey: string): Promise<{ message: Message; tries: number }> {
    for (let tries = 1; ; tries++) {
      end.throwIfAborted();
      const patience = AbortSignal.any([end, AbortSignal.timeout(ANSWER_MS)]);
      try {
        return { message: await trpc.chats.send.mutate({ chatId, text, clientKey }, { signal: patience }), tries };
      } catch (error) {
        if (isWrong(error)) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }

  for (const [index, { text, gap, again }] of script.letters.entries()) {
    await sleep(gap, undefined, { signal: end });
    const clientKey = keyOf(seed, script.session, script.peer, index);
    const { message, tries } = await send(text, clientKey);
    accepted.push({ session: business.index, peer: script.peer, text, clientKey, id: message.id, tries });
    if (!again) continue;
    const repeated = await send(text, clientKey);
    if (repeated.message.id !== message.id) throw new Error(`${clientKey} was accepted twice, as two messages`);
  }
}

/** Answers that trying again does not change. Not being connected is none of them: it passes. */
function isWrong(error: unknown): boolean {
  const code = (error as { data?: { app?: { code?: string } } } | null)?.data?.app?.code;
  return code !== undefined && ['CLIENT_KEY_REUSED', 'INVALID_INPUT', 'CHAT_NOT_FOUND', 'INVALID_TOKEN'].includes(code);
}
