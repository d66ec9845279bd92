import { api, type PhoneAccount, type PhoneChat } from './api';
import { type App, avatar, clock, type Screen, ticks } from './app';
import { button, h } from './dom';
import { createLinkPanel } from './link-panel';

/** One phone: its chats, its linked devices, and whether it is on. */
export function createPhoneScreen(app: App, phone: string): Screen {
  const t = app.texts;
  const title = h('span', { class: 'grow' });
  const power = h('span', {});
  const chats = h('ul', { class: 'list' });
  const devices = h('ul', { class: 'list' });
  const link = createLinkPanel(app, phone);
  const number = h('input', { placeholder: t.newChat, 'aria-label': t.newChat, inputmode: 'tel' });

  function chatRow(chat: PhoneChat): HTMLElement {
    const { last } = chat;
    const text = last ? (t.kinds[last.type] ?? last.body) : '';
    return h(
      'li',
      {},
      h(
        'a',
        { class: 'row', href: `#/${phone}/${chat.chat}` },
        avatar(chat.name),
        h(
          'span',
          { class: 'grow' },
          h('strong', {}, chat.name),
          h('small', { class: 'oneline' }, last?.fromMe && ticks(last.ack, t.tick), ` ${text}`),
        ),
        h(
          'span',
          { class: 'side' },
          h('small', {}, chat.t ? clock(chat.t * 1000) : ''),
          chat.unread > 0 && h('span', { class: 'badge' }, String(chat.unread)),
        ),
      ),
    );
  }

  function deviceRow(device: PhoneAccount['devices'][number]): HTMLElement {
    const state = device.online ? t.active : t.lastSeen(clock(device.lastSeenAt));
    return h(
      'li',
      { class: 'row' },
      h('span', { class: device.online ? 'dot on' : 'dot' }),
      h('span', { class: 'grow' }, h('strong', {}, device.name), h('small', {}, state)),
      button(t.unlink, () => api.unlink(phone, device.id), { class: 'danger', onError: app.fail }),
    );
  }

  function draw(account: PhoneAccount): void {
    const note = account.hidden ? t.hiddenNumber : account.phone;
    title.replaceChildren(h('strong', {}, account.name), h('small', {}, note));
    power.replaceChildren(
      button(account.online ? t.goOffline : t.goOnline, () => api.online(phone, !account.online), {
        class: 'quiet',
        onError: app.fail,
      }),
    );
    devices.replaceChildren(
      ...(account.devices.length > 0 ? account.devices.map(deviceRow) : [h('li', { class: 'empty' }, t.noDevices)]),
    );
  }

  return {
    header: [h('a', { class: 'back', href: '#/', title: t.back, 'aria-label': t.back }, '‹'), title, power],
    body: h(
      'div',
      { class: 'pad' },
      link.element,
      h('h2', {}, t.devices),
      devices,
      h('h2', {}, t.chats),
      chats,
      h(
        'form',
        {
          class: 'inline',
          onsubmit: (event) => {
            event.preventDefault();
            const peer = `+${number.value.replace(/\D/g, '')}`;
            if (peer.length > 7) app.go(`#/${phone}/${peer}`);
          },
        },
        number,
        h('button', { type: 'submit' }, t.open),
      ),
      button(t.postStatus, () => api.say(phone, 'status@broadcast', '🥐').then(() => app.tell('✓')), {
        class: 'quiet',
        onError: app.fail,
      }),
    ),
    async refresh() {
      const [accounts, list] = await Promise.all([api.accounts(), api.chats(phone)]);
      const account = accounts.find((candidate) => candidate.phone === phone);
      if (!account) return app.go('#/');
      draw(account);
      chats.replaceChildren(...list.map(chatRow));
      await link.refresh();
    },
  };
}
