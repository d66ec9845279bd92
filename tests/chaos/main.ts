import { parseArgs } from 'node:util';
import { type ChaosReport, runChaos } from './chaos';

/** `npm run chaos -- --seed N [--messages 1000] [--sessions 3] [--minutes M] [--every S]` */

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    messages: { type: 'string', default: '1000' },
    sessions: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '4' },
    every: { type: 'string', default: '5' },
  },
});

function numberOf(name: keyof typeof values, low: number, high: number): number {
  const given = values[name];
  const value = given === undefined ? Math.floor(Math.random() * 1_000_000) : Number(given);
  if (Number.isFinite(value) && value >= low && value <= high) return value;
  throw new Error(`--${name} is a number from ${low} to ${high}`);
}

function print(report: ChaosReport): void {
  const { options, blows, sends } = report;
  const kills = Object.entries(blows).map(([what, times]) => `${what} ${times}`);
  const lines = [
    '',
    `seed ${options.seed}: ${options.messages} messages each way, ${options.sessions} sessions, ${options.minutes} min`,
    `  killed               ${kills.join(', ') || 'nothing'}`,
    `  accepted             ${report.accepted} (${report.repeated} after asking again with the same key)`,
    `    left once          ${sends.sent}`,
    `    unconfirmed        ${sends.unconfirmed} (${sends.unconfirmedButLeft} of them had left)`,
    `    failed, not sent   ${sends.failed}`,
    `  stored inbound       ${report.inbound}`,
    `  events seen          ${report.events} (subscribers resumed ${report.resumed} times)`,
    `  settled in           ${(report.settledMs / 1000).toFixed(1)} s, ended in ${(report.endedMs / 1000).toFixed(1)} s`,
    ...report.problems.map((problem) => `  BROKEN ${problem}`),
    report.problems.length > 0
      ? `${report.problems.length} problems. Again: npm run chaos -- --seed ${options.seed} --messages ${options.messages} ` +
        `--sessions ${options.sessions} --minutes ${options.minutes} --every ${options.every}`
      : 'every promise was kept',
  ];
  console.log(lines.join('\n'));
}

const options = {
  seed: numberOf('seed', 0, 2 ** 32 - 1),
  messages: numberOf('messages', 1, 100_000),
  sessions: numberOf('sessions', 1, 20),
  minutes: numberOf('minutes', 0.1, 1_000),
  every: numberOf('every', 0.2, 10_000),
};
console.log(`seed ${options.seed}`);
try {
  const report = await runChaos(options, (line) => console.log(line));
  print(report);
  process.exitCode = report.problems.length > 0 ? 1 : 0;
} catch (error) {
  console.error(error);
  console.error(`seed ${options.seed} did not come to its end`);
  process.exitCode = 1;
}
