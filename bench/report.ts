import { nameOf } from './browsers';
import { type Aim, compare, type Compared, differ, own } from './compare';
import type { Cpu } from './cpu';
import type { Machine } from './machine';
import type { Burst } from './measure-sends';
import type { Results } from './run';
import { median, p95 } from './stats';

const HEADS = ['', 'ours', 'bare', 'ours / bare', 'rounds', 'aim', ''];

const atMost = (limit: number): Aim => ({ says: `≤ ${limit.toFixed(2)}`, met: (value) => value <= limit });
const atLeast = (limit: number): Aim => ({ says: `≥ ${limit.toFixed(2)}`, met: (value) => value >= limit });
const underMs = (limit: number, whose = ''): Aim => ({ says: `${whose}< ${limit} ms`, met: (value) => value < limit });

export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

/** The line of each thing that is compared, in the order. */
export function comparisons(results: Results): Compared[] {
  const { qr, restore, memory, sends, burstOfOne, burstOfAll, inbound } = results;
  return [
    compare('start to QR, p50', 'ms', median, qr, atMost(0.5)),
    compare('restore to ready, p50', 'ms', median, restore),
    compare('PSS of the browser of each session', 'MiB', median, memory.perSession, atMost(0.4)),
    compare("PSS of the program's own process", 'MiB', median, memory.programs),
    compare('send: accepted / call answered, p50', 'ms', median, sends.accept),
    own('send: accepted / call answered, p95', 'ms', p95, sends.accept, underMs(10, 'ours ')),
    compare('send: WhatsApp has it, p50', 'ms', median, sends.ack),
    compare('send: WhatsApp has it, p95', 'ms', p95, sends.ack),
    differ('in: stored and told, p50', 'ms', median, inbound, { says: '+ ≤ 5 ms', met: (value) => value <= 5 }),
    differ('in: stored and told, p95', 'ms', p95, inbound),
    compare('sends a second, one session', '/s', median, burstOfOne.sends, atLeast(0.8)),
    compare('sends a second, all sessions', '/s', median, burstOfAll.sends, atLeast(0.8)),
  ];
}

/** Where the time of a message goes when many are sent at once. */
function cpuTable(burst: Burst): string {
  const { ours, bare } = burst.cpu;
  const of = (side: Cpu[], part: keyof Cpu) => median(side.map((cpu) => cpu[part]));
  const sum = (side: Cpu[]) => median(side.map((cpu) => cpu.browsers + cpu.program + cpu.stores + cpu.caller));
  return table(
    ['CPU of one message, ms', 'browser', 'program', 'database and Redis', 'caller', 'together'],
    [['ours', ours] as const, ['bare', bare] as const].map(([name, side]) => [
      name,
      ...(['browsers', 'program', 'stores', 'caller'] as const).map((part) => digits(of(side, part))),
      digits(sum(side)),
    ]),
  );
}

function growthTables({ growth, subscribers, logs }: Results): string[] {
  const qrOf = (values: number[] | undefined) => (values?.length ? digits(median(values)) : '');
  return [
    table(
      ['sessions up', 'PSS each: ours', 'bare', 'ours / bare', 'start to QR: ours', 'bare', 'process: ours', 'bare'],
      growth.map(({ sessions, ours, bare }) => [
        String(sessions),
        digits(ours.perSession),
        bare ? digits(bare.perSession) : '',
        bare ? (ours.perSession / bare.perSession).toFixed(2) : '',
        qrOf(ours.qr),
        qrOf(bare?.qr),
        digits(ours.program),
        bare ? digits(bare.program) : '',
      ]),
    ),
    table(
      ['subscribers', 'first has it, p50', 'p95', 'all have it, p50', 'p95'],
      subscribers.map(({ count, first, last }) =>
        [count, ...[median(first), p95(first), median(last), p95(last)].map(digits)].map(String),
      ),
    ),
    table(
      [
        'events in the log',
        'resume 100 behind, p50',
        'p95',
        'message in, p50',
        'p95',
        'send accepted, p50',
        'p95',
        'chats.list, p50',
        'p95',
      ],
      logs.map(({ events, resume, inbound, accept, list }) => [
        events.toLocaleString('en'),
        ...[resume, inbound, accept, list].flatMap((values) => [digits(median(values)), digits(p95(values))]),
      ]),
    ),
  ];
}

/** The whole report, as Markdown. */
export function report(results: Results, machine: Machine, rounds: number): string {
  const { browsers, pageVersion, memory, burstOfOne } = results;
  const compared = comparisons(results).map(({ what, ours, bare, verdict, rounds: spread, aim, met }) => [
    what,
    ours,
    bare,
    verdict,
    spread,
    aim,
    met === null ? '' : met ? 'met' : 'MISSED',
  ]);
  return [
    `${machine.date}, ${machine.cpus} cores (${machine.cpu}), ${machine.memoryGib} GiB, Node ${machine.node}, commit ${machine.commit}; load over the run ${machine.load}.`,
    `Page ${pageVersion}, ${rounds} round${rounds === 1 ? '' : 's'}. Ours: ${nameOf(browsers.ours)}. Bare whatsapp-web.js: ${nameOf(browsers.bare)}.`,
    '',
    table(HEADS, compared),
    '',
    `Browser processes of a session: ours ${memory.processes.ours}, bare ${memory.processes.bare}. ` +
      `Our database and Redis: ${digits(median(memory.stores))} MiB for all sessions. ` +
      `Accepting ${digits(median(burstOfOne.accepted))} messages a second when asked for all at once; ` +
      `bare calls answered ${digits(median(burstOfOne.answered))} a second.`,
    '',
    cpuTable(burstOfOne),
    '',
    ...growthTables(results).flatMap((text) => [text, '']),
  ].join('\n');
}
