import { expect, test } from 'vitest';
import { runChaos } from '@/tests/chaos/chaos';

test('everything is killed while people write both ways: nothing is lost, doubled or told twice', async () => {
  const said: string[] = [];
  const report = await runChaos({ seed: 41, messages: 80, sessions: 2, minutes: 0.3, every: 3 }, (line) =>
    said.push(line),
  );
  expect(report.problems, said.join('\n')).toEqual([]);
  expect(report.accepted).toBe(80);
  expect(Object.keys(report.blows).length).toBeGreaterThan(1);
});
