import type { Accounts } from './accounts';
import type { Bus } from './events';
import type { Mailboxes } from './mailboxes';
import { chatKeyOf } from './mailboxes';
import type { Messages } from './messages';

/** Spanish first, as the demo's people speak; each answer says that nobody is there. */
const answers = [
  '¡Hola! Soy un contacto de demostración y contesto solo. ¿Qué más querés probar?',
  'Recibido ✅ (respuesta automática de la demo)',
  'Jaja, sigo siendo la demo. Probá escribirme desde el teléfono de mentira, en la otra ventana.',
];

/** People who answer by themselves: they read, type for a moment, and write. */
export function createAutoReply(
  { accounts, mailboxes, messages, bus }: { accounts: Accounts; mailboxes: Mailboxes; messages: Messages; bus: Bus },
  options: { replyMs: number },
) {
  const timers = new Set<NodeJS.Timeout>();
  const turns = new Map<string, number>();

  function after(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  }

  const stopListening = bus.on((event) => {
    if (event.type !== 'mail') return;
    const account = accounts.get(event.phone);
    const message = mailboxes.at(event.phone, event.seq);
    if (!account.replies || !message || message.from === account.phone) return;
    const chat = chatKeyOf(message, account.phone);
    if (!chat.startsWith('+') || accounts.get(chat).replies) return;
    after(options.replyMs * 0.3, () => {
      messages.read(account.phone, chat);
      messages.chatState(account.phone, chat, 'typing');
    });
    after(options.replyMs, () => {
      const turn = turns.get(chat) ?? 0;
      turns.set(chat, turn + 1);
      messages.chatState(account.phone, chat, 'paused');
      messages.post({ from: account.phone, to: chat, body: answers[turn % answers.length] ?? '' });
    });
  });

  return {
    stop(): void {
      stopListening();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
