import { api, type WaitingScreen } from './api';
import { type App, clock } from './app';
import { button, h } from './dom';
import { readQrFromScreen } from './screen-reader';

/**
 * "Link a device". The phone has no camera, so one button takes the QR of the page that waits. When several pages wait it
 * never guesses: the person picks by time and by the end of the code.
 */
export function createLinkPanel(app: App, phone: string) {
  const t = app.texts;
  const choices = h('div', { class: 'choices' });
  const raw = h('textarea', { 'aria-label': t.paste, placeholder: '2@…', rows: '2', spellcheck: 'false' });
  const code = h('input', {
    'aria-label': t.withCode,
    placeholder: 'ABCD-EFGH',
    maxlength: '9',
    autocapitalize: 'characters',
    autocomplete: 'off',
  });
  const dialog = h('div', { class: 'panel', hidden: true });

  function close(): void {
    raw.value = '';
    code.value = '';
    dialog.hidden = true;
    opener.hidden = false;
  }

  async function linked(work: Promise<unknown>): Promise<void> {
    await work;
    close();
    app.tell(t.linkedNow);
  }
  const act = (label: string, work: () => Promise<unknown>, kind = 'primary') =>
    button(label, () => linked(work()), { class: kind, onError: app.fail });

  function waitingRow({ id, since, device, refEnd }: WaitingScreen): HTMLElement {
    const note = t.waitsSince(clock(since), refEnd ?? '');
    return h(
      'div',
      { class: 'row' },
      h('span', { class: 'grow' }, h('strong', {}, device), h('small', {}, note)),
      act(t.scanThis, () => api.scanWaiting(phone, id)),
    );
  }

  async function refresh(): Promise<void> {
    if (dialog.hidden) return;
    const waiting = (await api.waiting()).filter((page) => page.refEnd !== null).sort((a, b) => b.since - a.since);
    const [only] = waiting;
    if (!only) choices.replaceChildren(h('p', { class: 'empty' }, t.nobodyWaits));
    else if (waiting.length === 1) {
      const scan = act(t.scan, () => api.scanWaiting(phone, only.id), 'primary wide');
      choices.replaceChildren(scan, h('small', {}, `${only.device} · …${only.refEnd}`));
    } else choices.replaceChildren(h('p', {}, t.severalWait), ...waiting.map(waitingRow));
  }

  const opener = button(
    t.link,
    () => {
      dialog.hidden = false;
      opener.hidden = true;
      return refresh();
    },
    { class: 'primary wide' },
  );

  const readScreen = act(
    t.readScreen,
    async () => {
      app.tell(t.readingScreen);
      const qr = await readQrFromScreen();
      if (!qr) throw new Error(t.noQrSeen);
      return api.scan(phone, qr);
    },
    'quiet wide',
  );

  dialog.append(
    h('p', {}, t.linkIntro),
    choices,
    h(
      'details',
      { name: 'link-by' },
      h('summary', {}, t.withCode),
      h(
        'div',
        { class: 'inline' },
        code,
        act(t.accept, () => api.linkByCode(phone, code.value)),
      ),
    ),
    h(
      'details',
      { name: 'link-by' },
      h('summary', {}, t.paste),
      h(
        'div',
        { class: 'inline' },
        raw,
        act(t.accept, () => api.scan(phone, raw.value)),
      ),
    ),
    ...(typeof navigator.mediaDevices?.getDisplayMedia === 'function' ? [readScreen] : []),
    button(t.cancel, close, { class: 'quiet' }),
  );

  return { element: h('section', {}, opener, dialog), refresh };
}
