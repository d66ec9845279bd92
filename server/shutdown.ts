import type { Logger } from '@/server/logger';

type Step = { name: string; end: () => Promise<unknown> };

/** A whole shutdown; whoever runs us (a container, systemd) often kills after 30 s. */
const WITHIN_MS = 18_000;

/**
 * The ordered shutdown: steps are registered as things start and ended in reverse, each whatever became of the one before. A
 * second signal ends at once.
 */
export function createShutdown(logger: Logger) {
  const steps: Step[] = [];
  let ending: Promise<void> | null = null;

  async function endAll(): Promise<void> {
    for (const { name, end } of steps.toReversed()) {
      try {
        await end();
        logger.debug({ step: name }, 'ended');
      } catch (error) {
        logger.error({ err: error, step: name }, 'could not be ended in order');
      }
    }
  }

  return {
    onEnd(name: string, end: () => Promise<unknown>): void {
      steps.push({ name, end });
    },

    /** Ends everything that has started, then the process. */
    async exit(code: number): Promise<never> {
      ending ??= endAll();
      const late = setTimeout(() => {
        logger.error('the shutdown took too long');
        process.exit(1);
      }, WITHIN_MS);
      await ending;
      clearTimeout(late);
      process.exit(code);
    },

    handleSignals(): void {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.on(signal, () => {
          if (ending) {
            logger.warn({ signal }, 'a second signal: ending at once');
            process.exit(1);
          }
          logger.info({ signal }, 'shutting down');
          void this.exit(0);
        });
      }
    },
  };
}
