import { allSwitchesOff } from '@/tests/support/sandbox';
import { engineContract } from './engine';
import { createSandboxHarness } from './sandbox-harness';

engineContract('whatsapp-web.js on the page of today', () => createSandboxHarness('today'));
engineContract('whatsapp-web.js on the page that it was written for', () => createSandboxHarness(allSwitchesOff));
