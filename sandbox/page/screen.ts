import type { SessionModels } from './session-models';

/** What a person sees who opens the page: which state it is in. The QR itself is shown by the program that drives it. */
export function createScreen() {
  const app = document.getElementById('app');

  function show(title: string, text: string): void {
    if (!app) return;
    const heading = document.createElement('h1');
    heading.textContent = title;
    const paragraph = document.createElement('p');
    paragraph.textContent = text;
    app.replaceChildren(heading, paragraph);
  }

  return {
    refuse(): void {
      show('WhatsApp works with Google Chrome 100+', 'To use WhatsApp, update Chrome or use another browser.');
    },
    /** The dialog that covers the page until somebody confirms it; calls `ignored` when nobody did in time. */
    showNews(patienceMs: number, stubborn: boolean, ignored: () => void): void {
      const dialog = document.createElement('div');
      dialog.setAttribute('role', 'dialog');
      dialog.setAttribute('aria-label', "What's new on WhatsApp Web");
      const text = document.createElement('p');
      text.textContent = "What's new on WhatsApp Web";
      const confirm = document.createElement('button');
      confirm.textContent = 'Continue';
      confirm.onclick = () => {
        if (!stubborn) dialog.remove();
      };
      dialog.append(text, confirm);
      document.body.append(dialog);
      setTimeout(() => {
        if (dialog.isConnected) ignored();
      }, patienceMs);
    },
    follow(models: SessionModels, version: string): void {
      const draw = (): void => show(`WhatsApp (sandbox) ${version}`, `${models.socket.state}, ${models.stream.mode}`);
      models.socket.on('change:state', draw);
      models.stream.on('change:mode', draw);
      draw();
    },
  };
}
