import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Switches } from './switches';
import { versionOf } from './switches';
import type { Tables } from './tables';

/** What the page's script finds in its own document. */
export type PageConfig = { socketUrl: string; version: string; switches: Switches };

/** Text inside a script element must not end it. */
const inScript = (text: string): string => text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');

function html(config: PageConfig, script: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>WhatsApp (sandbox)</title>
<link rel="icon" href="data:,">
</head>
<body>
<div id="app"></div>
<script type="application/json" id="sandbox-config">${inScript(JSON.stringify(config))}</script>
<script>${inScript(script)}</script>
</body>
</html>
`;
}

/** Writes `<version>.html` files: self-contained, with the address of this sandbox in them. */
export function createPageFiles(given: { dir: string; script: string; socketUrl: string; tables: Tables }) {
  mkdirSync(given.dir, { recursive: true });

  function write(switches: Switches): string {
    const version = versionOf(switches);
    const file = join(given.dir, `${version}.html`);
    writeFileSync(`${file}.next`, html({ socketUrl: given.socketUrl, version, switches }, given.script));
    renameSync(`${file}.next`, file);
    return version;
  }

  // The port may be another one than last time: programs that still name an old version must reach this sandbox.
  for (const switches of given.tables.pages.values()) write(switches);

  return {
    /** Returns the version to ask for. */
    add(switches: Switches): string {
      const version = write(switches);
      if (!given.tables.pages.has(version)) given.tables.put('pages', version, switches);
      return version;
    },
  };
}

export type PageFiles = ReturnType<typeof createPageFiles>;
