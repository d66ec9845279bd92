/** What `/docs` looks like around Swagger UI: the product's own colours, light or dark as the dashboard is. */

const STYLE = `
:root { color-scheme: light; --canvas: #f3f5f1; --ink: #12211b; --line: #dbe2da; --brand: #0b6a4d; }
:root.dark-mode { color-scheme: dark; --canvas: #0d1412; --ink: #e6efea; --line: #26332e; --brand: #43c795; }
body { margin: 0; background: var(--canvas); color: var(--ink); font-family: system-ui, sans-serif; }
.bar { display: flex; gap: 1.25rem; align-items: center; padding: .85rem 1.25rem; border-bottom: 1px solid var(--line); }
.bar b { font-size: 1.15rem; margin-right: auto; }
.bar a { color: var(--brand); text-decoration: none; }
.bar a:focus-visible, .bar a:hover { text-decoration: underline; }
.bar button { font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: .5rem; padding: .3rem .7rem; cursor: pointer; }
.swagger-ui .info { margin: 1.5rem 0; }
html.dark-mode body { background: var(--canvas); }
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

const START = `
document.getElementById('theme').addEventListener('click', () => {
  try { localStorage.setItem('theme', dark() ? 'light' : 'dark') } catch { return }
  paint();
});
SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  docExpansion: 'list',
  validatorUrl: null,
});
`;

export function docsPage(nonce: string): string {
  return `<!doctype html>
<html lang="en">
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
<header class="bar"><b>OmniWP · API</b><a href="/api/v1/openapi.json">openapi.json</a><a href="/">Dashboard</a><button id="theme" type="button">☀︎ / ☾</button></header>
<main id="api"></main>
<script nonce="${nonce}" src="/docs/swagger-ui-bundle.js"></script>
<script nonce="${nonce}">${START}</script>
</body>
</html>
`;
}
