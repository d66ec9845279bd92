// puppeteer's install script downloads a browser build of its own; OmniWP finds or installs one itself
// (server/whatsapp/browser-lookup.ts), and an offline download would fail the whole `npm install`.
module.exports = { skipDownload: true };
