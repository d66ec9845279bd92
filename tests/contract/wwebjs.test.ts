import { allSwitchesOff } from '@/tests/support/sandbox';
import { engineContract } from './engine';
import { createSandboxHarness } from './sandbox-harness';

/** vitest.config.ts says how many: nobody waits here for a moment, only for facts. */
const twoAtOnce = { concurrent: true };

engineContract('whatsapp-web.js on the page of today', () => createSandboxHarness('today'), twoAtOnce);
engineContract(
  'whatsapp-web.js on the page that it was written for',
  () => createSandboxHarness(allSwitchesOff),
  twoAtOnce,
);
