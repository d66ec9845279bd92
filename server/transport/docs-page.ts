import type { Locale } from '@/server/errors';
import { WORDS } from './docs-words';

/** What `/docs` looks like around Swagger UI: the product's own colours, light or dark as the dashboard is. */

const STYLE = `
:root { color-scheme: light; --canvas: #f3f5f1; --ink: #12211b; --muted: #4d5e56; --line: #dbe2da; --brand: #0b6a4d; }
:root.dark-mode { color-scheme: dark; --canvas: #0d1412; --ink: #e6efea; --muted: #9db0a7; --line: #26332e; --brand: #43c795; }
html.dark-mode { background: var(--canvas); }
body { margin: 0; background: var(--canvas); color: var(--ink); font-family: system-ui, sans-serif; line-height: 1.5; }
:focus-visible { outline: 2px solid var(--brand); outline-offset: 2px; }
.bar { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center; padding: .75rem 20px; border-bottom: 1px solid var(--line); }
.bar b { font-size: 1.15rem; margin-right: auto; white-space: nowrap; }
.bar a, .token a { color: var(--brand); text-decoration: none; }
.bar a:hover, .token a:hover { text-decoration: underline; }
.bar button { flex: none; display: grid; place-items: center; width: 2.5rem; height: 2.5rem; color: inherit; background: none; border: 1px solid var(--line); border-radius: .5rem; cursor: pointer; }
.token { box-sizing: border-box; max-width: 1460px; margin: 0 auto; padding: 1.25rem 20px 0; font-size: .9375rem; }
.token h2 { margin: 0; font-size: 1rem; }
.token ol { margin: .4rem 0; padding-left: 1.4rem; }
.token p { margin: 0; color: var(--muted); }
.token code { font: .95em ui-monospace, monospace; }
.swagger-ui .info { margin: 1.5rem 0; }
.swagger-ui .response-col_links { display: none; }
.swagger-ui .info .link .url, .swagger-ui .auth-wrapper .btn.authorize span { color: var(--brand); }
.swagger-ui .auth-wrapper .btn.authorize { border-color: var(--brand); }
.swagger-ui .auth-wrapper .btn.authorize svg { fill: var(--brand); }
.swagger-ui .headers .header-col { color: inherit; }
.swagger-ui .json-schema-2020-12-expand-deep-button { color: var(--muted); }
.swagger-ui .scheme-container, html.dark-mode .swagger-ui, html.dark-mode .swagger-ui .scheme-container { background: none; }
@media (max-width: 40rem) {
  .bar b { width: 100%; }
  .bar button { margin-left: auto; }
  .swagger-ui .response-controls, .swagger-ui .opblock-section-header { flex-wrap: wrap; }
  .swagger-ui .responses-table tbody tr td:first-of-type { min-width: 3.5em; }
}
`;

/** Before anything is painted: the theme that the dashboard was set to (next-themes keeps it there), else the system's. */
const THEME = `
const kept = () => { try { return localStorage.getItem('theme') } catch { return null } };
const system = matchMedia('(prefers-color-scheme: dark)');
const dark = () => { const theme = kept(); return theme === 'dark' || (theme !== 'light' && system.matches) };
const paint = () => document.documentElement.classList.toggle('dark-mode', dark());
paint();
system.addEventListener('change', paint);
`;

/** No page may set a cookie's header, so a field for it would do nothing: only the token is asked for. */
const START = `
document.getElementById('theme').addEventListener('click', () => {
  try { localStorage.setItem('theme', dark() ? 'light' : 'dark') } catch { return }
  paint();
});
document.getElementById('to-login').addEventListener('click', (event) => {
  const login = document.getElementById('operations-auth-auth-login');
  if (!login) return;
  event.preventDefault();
  if (!login.classList.contains('is-open')) login.querySelector('.opblock-summary-control').click();
  login.scrollIntoView();
  login.querySelector('.opblock-summary-control').focus({ preventScroll: true });
});
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') document.querySelector('.modal-ux .close-modal')?.click();
});
const withoutCookie = (ways) => (...asked) => ways(...asked)?.filter((way) => !way.has('cookie'));
SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  docExpansion: 'list',
  validatorUrl: null,
  plugins: [{ statePlugins: { auth: { wrapSelectors: { definitionsToAuthorize: withoutCookie } } } }],
});
`;

const HALF_FILLED =
  '<svg aria-hidden="true" width="20" height="20" viewBox="0 0 20 20"><circle cx="10" cy="10" r="8" fill="none" stroke="currentColor" stroke-width="2"/><path d="M10 2a8 8 0 0 1 0 16z" fill="currentColor"/></svg>';

/** `locale` is the language of what stands around Swagger UI, which itself has English alone. */
export function docsPage(nonce: string, locale: Locale): string {
  const { dashboard, theme, token } = WORDS[locale];
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>OmniWP · API</title>
<link rel="icon" href="/icon.svg">
<script nonce="${nonce}">${THEME}</script>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<style>${STYLE}</style>
</head>
<body>
<header class="bar"><b>OmniWP · API</b><a href="/api/v1/openapi.json">openapi.json</a><a href="/">${dashboard}</a><button id="theme" type="button" aria-label="${theme}" title="${theme}">${HALF_FILLED}</button></header>
<section class="token" aria-labelledby="token"><h2 id="token">${token.title}</h2>
<ol>${token.steps.map((step) => `<li>${step}</li>`).join('')}</ol>
<p>${token.signedIn}</p></section>
<main id="api" lang="en"></main>
<script nonce="${nonce}" src="/docs/swagger-ui-bundle.js"></script>
<script nonce="${nonce}">${START}</script>
</body>
</html>
`;
}
