export type BrowserArgs = {
  profileDir: string;
  /** CHROMIUM_ARGS: come last, so that they win; the lists of features are joined. */
  extra: string[];
  /** The user agent for the workers; the page has its own, with hints. */
  userAgent: string;
};

/** Flags whose values are lists: the last one on a command line would silently replace the others. */
const lists = ['--disable-features', '--enable-features', '--disable-blink-features', '--enable-blink-features'];

/** What would take the browser out of our hands. */
const ours = /^--(user-data-dir|remote-debugging-(pipe|port|address)|headless)(=|$)/;

/**
 * The cheapest flags that proved stable (measured in docs/decisions/0003-engine-adapter.md): one process less for the GPU
 * and one less for the network, no software rasteriser, nothing that talks to the network by itself. Chromium's own sandbox stays on except for root, for
 * whom it cannot work; without it the zygote can go as well.
 */
export function chromiumArgs({ profileDir, extra, userAgent }: BrowserArgs): string[] {
  const wanted = extra.filter((arg) => !ours.test(arg));
  const noSandbox = process.getuid?.() === 0 || wanted.includes('--no-sandbox');
  const all = [
    '--headless',
    '--remote-debugging-pipe',
    `--user-data-dir=${profileDir}`,
    `--user-agent=${userAgent}`,
    ...(noSandbox ? ['--no-sandbox', '--no-zygote'] : []),
    '--in-process-gpu',
    '--disable-gpu',
    '--disable-software-rasterizer',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
    '--disable-default-apps',
    '--disable-extensions',
    '--disable-breakpad',
    '--disable-crash-reporter',
    '--disable-domain-reliability',
    '--disable-client-side-phishing-detection',
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
    '--disable-ipc-flooding-protection',
    '--disable-hang-monitor',
    '--disable-prompt-on-repost',
    '--disable-popup-blocking',
    '--metrics-recording-only',
    '--no-first-run',
    '--no-default-browser-check',
    '--no-pings',
    '--mute-audio',
    '--hide-scrollbars',
    '--password-store=basic',
    '--use-mock-keychain',
    '--window-size=1280,900',
    '--disable-blink-features=AutomationControlled',
    // the network in the browser's own process: a sixth less memory a session, and what Chromium does on small phones
    '--enable-features=NetworkServiceInProcess2',
    // and no renderer in reserve: there is one page
    '--disable-features=AudioServiceOutOfProcess,SpareRendererForSitePerProcess,MediaRouter,OptimizationHints,Translate,InterestFeedContentSuggestions',
    ...wanted,
    'about:blank',
  ];
  return mergeLists(all);
}

/** Joins the values of each list flag into one flag, at its first place. Exported for its test. */
export function mergeLists(args: string[]): string[] {
  const merged: string[] = [];
  const values = new Map<string, Set<string>>();
  for (const arg of args) {
    const [name = '', value = ''] = arg.split(/=(.*)/s);
    if (!lists.includes(name)) {
      if (!merged.includes(arg)) merged.push(arg);
      continue;
    }
    const known = values.get(name);
    if (!known) merged.push(name);
    const joined = known ?? new Set<string>();
    for (const feature of value.split(',')) if (feature.trim()) joined.add(feature.trim());
    values.set(name, joined);
  }
  return merged.map((arg) => (values.has(arg) ? `${arg}=${[...(values.get(arg) ?? [])].join(',')}` : arg));
}
