import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The two scripts that run in browsers and the style sheet of the phone. `scripts/build.mjs` makes them beforehand, next to
 * the bundled server, with one esbuild call:
 * `esbuild sandbox-page=sandbox/page/main.ts sandbox-phone=sandbox/phone/main.ts sandbox-style=sandbox/phone/phone.css
 * --bundle --format=iife --outdir=dist`. When the server runs from source it makes them itself, in memory.
 */
const here = dirname(fileURLToPath(import.meta.url));
const built = { page: 'sandbox-page.js', phone: 'sandbox-phone.js', style: 'sandbox-style.css' };
const sources = { page: 'page/main.ts', phone: 'phone/main.ts', style: 'phone/phone.css' };

export type BrowserFiles = Record<keyof typeof built, string>;

export async function buildBrowserFiles(): Promise<BrowserFiles> {
  const prebuilt = (name: keyof BrowserFiles) => join(here, built[name]);
  if (existsSync(prebuilt('page'))) {
    const read = (name: keyof BrowserFiles) => readFileSync(prebuilt(name), 'utf8');
    return { page: read('page'), phone: read('phone'), style: read('style') };
  }
  const { build } = await import('esbuild');
  const make = async (name: keyof BrowserFiles): Promise<string> => {
    const { outputFiles } = await build({
      entryPoints: [join(here, sources[name])],
      bundle: true,
      format: 'iife',
      target: 'chrome100',
      write: false,
      logLevel: 'error',
    });
    return outputFiles[0]?.text ?? '';
  };
  const [page, phone, style] = await Promise.all([make('page'), make('phone'), make('style')]);
  return { page, phone, style };
}
