import { api, type PhoneAccount } from './api';
import { type App, avatar, type createPreferences, type Screen } from './app';
import { button, h } from './dom';

/** Which phone to take into the hand. */
export function createHome(app: App, preferences: ReturnType<typeof createPreferences>): Screen {
  const t = app.texts;
  const phones = h('ul', { class: 'list' });
  const people = h('ul', { class: 'list' });
  const name = h('input', { placeholder: t.name, 'aria-label': t.name, required: true, maxlength: '60' });
  const number = h('input', { placeholder: t.number, 'aria-label': t.number, inputmode: 'tel', required: true });

  function item(account: PhoneAccount): HTMLElement {
    const notes = [
      account.hidden ? t.hiddenNumber : account.phone,
      account.demo ? t.linked(account.devices.length) : '',
      account.replies ? t.repliesAlone : '',
    ];
    return h(
      'li',
      {},
      h(
        'a',
        { class: 'row', href: `#/${account.phone}` },
        avatar(account.name),
        h('span', { class: 'grow' }, h('strong', {}, account.name), h('small', {}, notes.filter(Boolean).join(' · '))),
        h('span', { class: account.online ? 'dot on' : 'dot', title: account.online ? t.online : t.offline }),
      ),
    );
  }

  const form = h(
    'form',
    {
      class: 'inline',
      onsubmit: (event) => {
        event.preventDefault();
        const phone = `+${number.value.replace(/\D/g, '')}`;
        api.addPhone(phone, name.value.trim()).then(() => app.go(`#/${phone}`), app.fail);
      },
    },
    name,
    number,
    h('button', { class: 'primary', type: 'submit' }, t.add),
  );

  const other = preferences.language === 'es' ? 'en' : 'es';
  const otherTheme = preferences.theme === 'dark' ? 'light' : 'dark';

  return {
    header: [
      h('h1', { class: 'grow' }, t.title),
      button(other.toUpperCase(), () => preferences.set('language', other), { class: 'quiet' }),
      button(otherTheme === 'dark' ? t.dark : t.light, () => preferences.set('theme', otherTheme), { class: 'quiet' }),
    ],
    body: h(
      'div',
      { class: 'pad' },
      h('p', { class: 'intro' }, t.intro),
      h('h2', {}, t.phones),
      phones,
      h('h2', {}, t.people),
      people,
      h('details', {}, h('summary', {}, t.addPhone), form),
    ),
    async refresh() {
      const accounts = await api.accounts();
      phones.replaceChildren(...accounts.filter(({ demo }) => demo).map(item));
      people.replaceChildren(...accounts.filter(({ demo }) => !demo).map(item));
    },
  };
}
