import jsQR from 'jsqr';
import type { Page } from 'playwright-core';
import { waitUntil } from './wait-until';

/** The pixels of a picture, unpacked by a browser: no decoder of ours stands between the screen and the reader. */
async function pixelsOf(page: Page, png: Buffer): Promise<{ data: Uint8ClampedArray; width: number; height: number }> {
  const blank = await page.context().browser()?.newPage();
  if (!blank) throw new Error('this page has no browser');
  try {
    const { width, height, base64 } = await blank.evaluate(async (encoded) => {
      const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d');
      if (!context) throw new Error('no canvas');
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      let text = '';
      for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));
      return { width: bitmap.width, height: bitmap.height, base64: btoa(text) };
    }, png.toString('base64'));
    return { data: new Uint8ClampedArray(Buffer.from(base64, 'base64')), width, height };
  } finally {
    await blank.close();
  }
}

/**
 * The QR as a camera in front of the screen reads it: found in a picture of the whole page. Waits until one can be read that is
 * not `before`.
 */
export async function readQr(page: Page, before?: string): Promise<string> {
  await page.getByTestId('qr').waitFor();
  return waitUntil('a QR that can be read', async () => {
    const { data, width, height } = await pixelsOf(page, await page.screenshot());
    const text = jsQR(data, width, height)?.data;
    return text === before ? null : text;
  });
}
