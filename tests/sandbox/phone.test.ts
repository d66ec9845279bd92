import { chromium, type Browser, type Page } from 'playwright-core';
import { QRCodeSVG } from 'qrcode.react';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { browserEnv, executablePath } from './library';
import { createLinkedPage, createPageClient } from './page-client';

const bakery = '+5491123456789';
const carla = '+5491134567890';

/** The pretend phone in a real browser; the pages that it links speak the protocol by hand. */
describe('the pretend phone', () => {
  let sandbox: Sandbox;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    sandbox = await startSandbox();
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    browser = await chromium.launch({ executablePath, args, env: browserEnv as Record<string, string> });
  });
  afterAll(async () => {
    await browser.close();
    await sandbox.stop();
  });
  beforeEach(async () => {
    await sandbox.unlink(bakery);
    await page?.context().close();
    const context = await browser.newContext({ locale: 'es-AR', viewport: { width: 380, height: 760 } });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
  });
  const open = (path: string) => page.goto(`${sandbox.url}/#/${path}`);
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const devices = async () => (await sandbox.accounts()).find(({ phone }) => phone === bakery)?.devices ?? [];

  it('lists the phones and leads to one', async () => {
    await open('');
    await page.getByRole('link', { name: /Panadería La Espiga/ }).click();
    await page.getByText('Todavía no hay dispositivos vinculados').waitFor();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(380);
  });

  it('links the one page that waits with one button', async () => {
    const waiting = await createPageClient(sandbox);
    await open(bakery);
    await button('Vincular dispositivo').click();
    await button('Escanear el código que está en pantalla').click();
    await page.getByText('activo ahora').waitFor();
    await waiting.take('paired');
    await button('Cerrar sesión').click();
    await page.getByText('Todavía no hay dispositivos vinculados').waitFor();
    await waiting.take('logout');
    waiting.close();
  });

  it('never guesses when two pages wait', async () => {
    const [mine, other] = [await createPageClient(sandbox), await createPageClient(sandbox)];
    const { ref } = await mine.take('ref');
    await open(bakery);
    await button('Vincular dispositivo').click();
    await page.getByText('Hay varias pantallas esperando').waitFor();
    expect(await button('Escanear el código que está en pantalla').count()).toBe(0);
    await page
      .locator('.choices .row')
      .filter({ hasText: `…${ref.slice(-4)}` })
      .getByRole('button')
      .click();
    await mine.take('paired');
    expect(other.frames.some(({ type }) => type === 'paired')).toBe(false);
    for (const client of [mine, other]) client.close();
  });

  it('links by the pasted text of a QR, and by a code, and says why not', async () => {
    const pasted = await createPageClient(sandbox);
    await open(bakery);
    await button('Vincular dispositivo').click();
    await page.getByText('Pegar el texto del QR').click();
    await page.getByRole('textbox', { name: 'Pegar el texto del QR' }).fill('hola');
    await button(/^Vincular$/).click();
    await page.getByRole('status').getByText('Eso no es un QR de WhatsApp').waitFor();
    await page.getByRole('textbox', { name: 'Pegar el texto del QR' }).fill(await pasted.qr());
    await button(/^Vincular$/).click();
    await pasted.take('paired');
    pasted.close();

    const typed = await createPageClient(sandbox);
    await typed.take('ref');
    typed.send({ type: 'call', rid: 1, op: 'pairingCode', phone: bakery, notify: true });
    const reply = await typed.take('reply');
    const code = reply.ok ? String(reply.value) : '';
    await button('Vincular dispositivo').click();
    await page.getByText('Vincular con código de 8 letras').click();
    await page.getByRole('textbox', { name: 'Vincular con código' }).fill(`${code.slice(0, 4)}-${code.slice(4)}`);
    await button(/^Vincular$/).click();
    await typed.take('paired');
    typed.close();
  });

  it('reads the QR off a shared screen', async () => {
    const waiting = await createPageClient(sandbox);
    const svg = renderToStaticMarkup(createElement(QRCodeSVG, { value: await waiting.qr(), size: 264, marginSize: 4 }));
    // There is no screen to share here: a drawing of one with the QR somewhere on it.
    await page.addInitScript(
      (source) => {
        navigator.mediaDevices.getDisplayMedia = async () => {
          const image = new Image();
          image.src = `data:image/svg+xml,${encodeURIComponent(source)}`;
          await image.decode();
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [1280, 800];
          const context = canvas.getContext('2d');
          setInterval(() => {
            context?.fillRect(0, 0, 1280, 800);
            context?.drawImage(image, 760, 210, 264, 264);
          }, 50);
          return canvas.captureStream(10);
        };
      },
      svg.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" '),
    );
    await open(bakery);
    await button('Vincular dispositivo').click();
    await button('Leer el QR compartiendo la pantalla').click();
    await waiting.take('paired');
    waiting.close();
  });

  it('writes as a contact, shows what the linked device sends, and reads it by showing it', async () => {
    const { page: device } = await createLinkedPage(sandbox, bakery);
    await device.take('bootstrap');
    await open(`${carla}/${bakery}`);
    await page.getByRole('textbox', { name: 'Mensaje' }).fill('¿Tienen chipá?');
    await device.take('chatState', ({ state }) => state === 'typing');
    await page.keyboard.press('Enter');
    expect((await device.take('message')).message.body).toBe('¿Tienen chipá?');
    await button('Mandar una imagen').click();
    expect((await device.take('message')).message.type).toBe('image');
    await device.sendText('5491134567890@c.us', '3EB0111111111111111111', 'Sí, recién hecho');
    await page.getByText('Sí, recién hecho').waitFor();
    await device.take('ack', ({ ack }) => ack === 3);
    await button('Ver como Panadería La Espiga').click();
    await page.waitForURL(/4567890$/);
    await page.locator('.bubble.mine').getByText('Sí, recién hecho').waitFor();
    device.close();
  });

  it('goes off and on', async () => {
    await open(carla);
    await button('Apagar').click();
    await button('Prender').waitFor();
    expect((await sandbox.accounts()).find(({ phone }) => phone === carla)?.online).toBe(false);
    await button('Prender').click();
    await button('Apagar').waitFor();
  });

  it('adds a phone, in English and in the dark', async () => {
    await open('');
    await button('EN').click();
    await button('Dark').click();
    await page.getByText('Add a phone').click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Kiosco');
    await page.getByRole('textbox', { name: 'Number' }).fill('+54 9 11 7000-0000');
    await button('Add').click();
    await page.getByText('No devices are linked yet').waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    expect(await devices()).toEqual([]);
  });
});
