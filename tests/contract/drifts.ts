import type { Drift } from './drift-session';
import { messageDrifts } from './drifts-of-messages';
import { pageDrifts, pairingDrifts } from './drifts-of-pages';

/** Changes with a name of their own: what a release of WhatsApp's page may bring that nobody has seen yet. */
export const drifts: Drift[] = [
  { name: 'nothing', script: '' },
  ...[...messageDrifts, ...pageDrifts].map(([name, script]) => ({ name, script })),
  ...pairingDrifts.map(([name, script]) => ({ name: `pairing: ${name}`, script, pairs: true })),
];
