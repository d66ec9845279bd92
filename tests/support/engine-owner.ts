import { createInterface } from 'node:readline';
import { createWwebjsEngine } from '@/server/whatsapp/wwebjs';
import type { WwebjsDeps } from '@/server/whatsapp/wwebjs-settings';

/**
 * A process that owns one engine, as the server does, so that a test can SIGKILL the owner itself. Its one argument is JSON; each state
 * is a line on its standard output. It ends with its standard input.
 */
export type OwnerOptions = {
  deps: Omit<WwebjsDeps, 'logger'>;
  profileDir: string;
  epoch?: number;
  /** It stops itself (SIGSTOP) after it was given its epoch and before it claims the profile. */
  sleepsBeforeClaim?: boolean;
};

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const { deps, profileDir, epoch, sleepsBeforeClaim } = JSON.parse(process.argv[2] ?? '') as OwnerOptions;
// the browser is looked up right before the profile is claimed
const executablePath = async () => {
  if (sleepsBeforeClaim) process.kill(process.pid, 'SIGSTOP');
  return typeof deps.executablePath === 'function' ? deps.executablePath() : deps.executablePath;
};
const engine = createWwebjsEngine({ ...deps, executablePath, logger: quiet })({
  profileDir,
  epoch,
  onEvent(event) {
    if (event.type === 'state') process.stdout.write(`${JSON.stringify(event.state)}\n`);
  },
});
process.on('unhandledRejection', () => undefined);
await engine.start();
createInterface({ input: process.stdin }).once('close', () => {
  void engine.stop().then(() => process.exit(0));
});
