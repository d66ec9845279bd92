import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { openBrowser } from '@/tests/support/browser';
import { createPerson, type Person, type PersonOptions } from '@/tests/support/person';
import { type Sandbox, type SandboxOptions, startSandbox } from '@/tests/support/sandbox';
import { type Server, startServer } from '@/tests/support/server';

const RESULTS = 'test-results';
const ends: string[] = [];

/**
 * The real parts of one test file: the sandbox, the built server, a browser, and people. They are started before the first test
 * and ended after the last, whatever happened; then nothing may be left of them, and no page may have complained.
 */
export function setStage(options: { sandbox?: SandboxOptions; env?: Record<string, string> } = {}) {
  let parts: { sandbox: Sandbox; server: Server; browser: Browser } | null = null;
  const people: Person[] = [];
  let failed = false;
  const endings: (() => Promise<unknown>)[] = [];
  const needed = () => {
    if (!parts) throw new Error('the stage is not set yet');
    return parts;
  };

  beforeAll(async () => {
    const sandbox = await startSandbox({ demo: false, ...options.sandbox });
    endings.push(() => sandbox.stop());
    const browser = await openBrowser();
    endings.push(() => browser.close());
    const server = await startServer({ sandbox, env: options.env });
    endings.push(() => server.discard());
    parts = { sandbox, server, browser };
  });

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail' || !parts) return;
    failed = true;
    await mkdir(RESULTS, { recursive: true });
    const name = `${task.file.name.split('/').pop()}-${task.name}`.replaceAll(/[^\w.-]+/g, '-');
    for (const person of people) {
      const path = join(RESULTS, `${name}-${person.name}.png`);
      await person.page.screenshot({ path }).catch(() => {});
    }
    await parts.server.keepLog(RESULTS, name);
  });

  afterAll(async () => {
    const left: Record<string, string[]> = {};
    try {
      if (parts) {
        for (const person of people) left[`troubles of ${person.name}`] = person.takeTroubles();
        if (parts.server.pid() !== null) await parts.server.shutDown();
        left.processes = await parts.server.processes();
        left.locks = await parts.server.locks();
      }
    } finally {
      for (const end of endings.reverse()) await end().catch((error) => ends.push(String(error)));
    }
    // what a test broke off in the middle is no news of its own
    if (failed) return;
    for (const [what, found] of Object.entries({ ...left, ends })) expect(found, what).toEqual([]);
  });

  return {
    get sandbox() {
      return needed().sandbox;
    },
    get server() {
      return needed().server;
    },
    get browser() {
      return needed().browser;
    },
    async person(name: string, more: Partial<PersonOptions> = {}): Promise<Person> {
      const person = await createPerson(needed().browser, { url: needed().server.url, name, ...more });
      people.push(person);
      return person;
    },
  };
}
