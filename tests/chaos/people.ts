import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '@/tests/support/sandbox';
import { conversationOn } from './phone';
import type { Script } from './plan';
import type { Business } from './world';

/** One person who writes to the business from a phone; what the phone shows as sent is sent, however often the network went away. */
export async function runPerson(sandbox: Sandbox, business: Business, script: Script, end: AbortSignal): Promise<void> {
  const person = business.people[script.peer];
  if (!person) throw new Error('no such person');
  const written = async () =>
    (await conversationOn(sandbox, person.phone, business.phone)).filter(({ fromMe }) => fromMe).length;
  let count = await written();

  async function say(text: string): Promise<void> {
    for (;;) {
      end.throwIfAborted();
      try {
        await sandbox.say({ from: person?.phone ?? '', to: business.phone, text });
        return;
      } catch {
        // the sandbox was killed: it may have taken the message and not said so
        await sleep(200);
        const now = await written().catch(() => count);
        if (now > count) return;
      }
    }
  }

  for (const { text, gap } of script.letters) {
    await sleep(gap, undefined, { signal: end });
    await say(text);
    count += 1;
  }
}
