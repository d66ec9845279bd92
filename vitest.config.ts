import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const alias = { '@': import.meta.dirname };
const workers = Math.max(1, Math.min(4, availableParallelism()));

/**
 * One project per folder of tests/, run one after the other. `workers`: how many test files at once. The contract's run alone, since
 * their deadlines mean something; those that start a whole server mostly wait, and two of them share two cores well.
 */
const project = (
  name: string,
  groupOrder: number,
  options: { seconds: number; workers: number; globalSetup?: string[] },
) => ({
  resolve: { alias },
  test: {
    name,
    include: [`tests/${name}/**/*.test.{ts,tsx}`],
    testTimeout: options.seconds * 1000,
    hookTimeout: options.seconds * 1000,
    maxWorkers: options.workers,
    // within a file that says so; these tests wait for facts
    maxConcurrency: 2,
    fileParallelism: options.workers > 1,
    globalSetup: options.globalSetup ?? [],
    sequence: { groupOrder },
  },
});

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      project('unit', 1, { seconds: 30, workers }),
      project('sandbox', 2, { seconds: 60, workers }),
      project('integration', 3, { seconds: 60, workers, globalSetup: ['tests/support/database-setup.ts'] }),
      project('contract', 4, { seconds: 120, workers: 1 }),
      project('e2e', 5, { seconds: 240, workers: 2 }),
    ],
  },
});
