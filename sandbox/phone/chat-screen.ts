import type { NetworkEvent } from '@/sandbox/events';
import type { WireMessage } from '@/sandbox/protocol';
import { api, type PhoneAccount, type PhoneChat } from './api';
import { type App, avatar, clock, type Screen, ticks } from './app';
import { button, h, icon } from './dom';

/** A chat as it is on the phone `me`; seeing it reads it, and it can be turned round to the other side. */
export function createChatScreen(app: App, me: string, peer: string): Screen {
  const t = app.texts;
  const title = h('span', { class: 'grow' });
  const state = h('small', {});
  const turn = h('span', {});
  const face = h('span', {});
  const thread = h('div', { class: 'thread', role: 'log', 'aria-label': t.chats });
  const autoRead = h('input', {
    type: 'checkbox',
    id: 'auto-read',
    checked: localStorage.getItem('autoRead') !== 'no',
  });
  const text = h('input', { placeholder: t.write, 'aria-label': t.write, autocomplete: 'off', maxlength: '65536' });
  const isGroup = !peer.startsWith('+');
  let typingUntil = 0;
  let toldTypingAt = 0;

  autoRead.addEventListener('change', () => {
    localStorage.setItem('autoRead', autoRead.checked ? 'yes' : 'no');
    app.go(location.hash);
  });

  function say(body: string, type = 'chat'): Promise<unknown> {
    toldTypingAt = 0;
    return api.say(me, peer, body, type);
  }

  text.addEventListener('input', () => {
    if (isGroup || Date.now() - toldTypingAt < 2000) return;
    toldTypingAt = Date.now();
    api.typing(me, peer, 'typing').catch(app.fail);
  });

  function bubble(message: WireMessage, author: string | null): HTMLElement {
    const kind = t.kinds[message.type];
    return h(
      'div',
      { class: message.fromMe ? 'bubble mine' : 'bubble' },
      author && h('strong', { class: 'author' }, author),
      kind && h('span', { class: 'kind' }, kind),
      message.body && h('span', { class: 'text' }, message.body),
      h('span', { class: 'meta' }, clock(message.t * 1000), message.fromMe && ticks(message.ack, t.tick)),
    );
  }

  function drawState(): void {
    state.textContent = Date.now() < typingUntil ? t.typing : isGroup ? '' : peer;
  }

  function drawTurn(accounts: PhoneAccount[], chat: PhoneChat | undefined): void {
    const nameOf = (phone: string) => accounts.find((account) => account.phone === phone)?.name ?? phone;
    if (!isGroup) {
      turn.replaceChildren(
        button(icon('turn'), () => app.go(`#/${peer}/${me}`), { class: 'quiet', title: t.seeAs(nameOf(peer)) }),
      );
      return;
    }
    const members = accounts.filter((account) =>
      chat?.group?.members.some((jid) => jid === `${account.phone.slice(1)}@c.us`),
    );
    const select = h(
      'select',
      { 'aria-label': t.seeAsMember, onchange: () => app.go(`#/${select.value}/${peer}`) },
      ...members.map(({ phone, name }) => h('option', { value: phone, selected: phone === me }, name)),
    );
    turn.replaceChildren(select);
  }

  async function refresh(): Promise<void> {
    const [accounts, chats, messages] = await Promise.all([api.accounts(), api.chats(me), api.messages(me, peer)]);
    const chat = chats.find((candidate) => candidate.chat === peer);
    const name = chat?.name ?? accounts.find((account) => account.phone === peer)?.name ?? peer;
    title.replaceChildren(h('strong', {}, name), state);
    face.replaceChildren(avatar(name));
    drawState();
    drawTurn(accounts, chat);
    const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
    const authorOf = (message: WireMessage): string | null => (isGroup && !message.fromMe ? message.pushName : null);
    thread.replaceChildren(
      ...(messages.length > 0
        ? messages.map((message) => bubble(message, authorOf(message)))
        : [h('p', { class: 'empty' }, t.nothing)]),
    );
    if (atEnd) thread.scrollTop = thread.scrollHeight;
    const unseen = messages.some((message) => !message.fromMe && message.ack < 3);
    if (autoRead.checked && (unseen || (chat?.unread ?? 0) > 0) && !document.hidden) await api.read(me, peer);
  }

  const composer = h(
    'form',
    {
      class: 'composer',
      onsubmit: (event) => {
        event.preventDefault();
        const body = text.value.trim();
        if (!body) return;
        text.value = '';
        say(body).catch((error: unknown) => {
          // Nothing typed is lost.
          text.value = body;
          app.fail(error);
        });
      },
    },
    button(icon('image'), () => say('', 'image'), { class: 'quiet', title: t.image, onError: app.fail }),
    button(icon('voice'), () => say('', 'ptt'), { class: 'quiet', title: t.voice, onError: app.fail }),
    text,
    h('button', { class: 'primary', type: 'submit', 'aria-label': t.send, title: t.send }, icon('send')),
  );

  return {
    header: [h('a', { class: 'back', href: `#/${me}`, title: t.back, 'aria-label': t.back }, '‹'), face, title, turn],
    body: thread,
    footer: h('div', {}, h('label', { class: 'auto-read', for: 'auto-read' }, autoRead, t.autoRead), composer),
    refresh,
    happened(event: NetworkEvent) {
      if (event.type !== 'chatState' || event.phone !== me || event.from !== peer) return;
      typingUntil = event.state === 'paused' ? 0 : Date.now() + 6000;
      drawState();
      setTimeout(drawState, 6100);
    },
  };
}
