import { api, Refusal } from './api';
import { type App, createPreferences, createToast, type Screen, textsOf } from './app';
import { createChatScreen } from './chat-screen';
import { h } from './dom';
import { createHome } from './home';
import { createPhoneScreen } from './phone-screen';

/** The pretend phone: `#/` picks one, `#/<phone>` is its chats and devices, `#/<phone>/<chat>` a chat. */
const preferences = createPreferences();
const host = document.getElementById('phone') ?? document.body;
const header = h('header', {});
const main = h('main', {});
const footer = h('footer', {});
host.append(h('div', { class: 'device' }, header, main, footer));
const toast = createToast(host);

const app: App = {
  texts: textsOf(preferences.language),
  go(path) {
    if (location.hash === path) show();
    else location.hash = path;
  },
  fail(error) {
    const known = error instanceof Refusal ? app.texts.failures[error.code] : undefined;
    toast(known ?? (error instanceof Error ? error.message : String(error)), 'bad');
  },
  tell: (text) => toast(text, 'good'),
};
document.title = app.texts.title;

let screen: Screen | null = null;
let refreshing: Promise<void> | null = null;
let again = false;

/** What happens in a burst is drawn once more at its end, never twice at a time. */
function refresh(): void {
  if (refreshing) {
    again = true;
    return;
  }
  const current = screen;
  refreshing = (current?.refresh() ?? Promise.resolve()).catch(app.fail).finally(() => {
    refreshing = null;
    if (!again) return;
    again = false;
    refresh();
  });
}

function screenFor(hash: string): Screen {
  const [, phone, chat] = /^#\/(\+\d+)(?:\/([^/]+))?$/.exec(decodeURIComponent(hash)) ?? [];
  if (!phone) return createHome(app, preferences);
  return chat ? createChatScreen(app, phone, chat) : createPhoneScreen(app, phone);
}

function show(): void {
  screen = screenFor(location.hash);
  header.replaceChildren(...screen.header);
  main.replaceChildren(screen.body);
  footer.replaceChildren(...(screen.footer ? [screen.footer] : []));
  main.scrollTop = 0;
  refresh();
}

window.addEventListener('hashchange', show);
document.addEventListener('visibilitychange', refresh);
api.follow((event) => {
  if (event) screen?.happened?.(event);
  if (event?.type !== 'chatState') refresh();
});
show();
