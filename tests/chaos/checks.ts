import type { OwnerEvent } from '@/server/events/schema';
import type { Follower } from './followers';
import type { Row } from './rows';
import type { Accepted } from './senders';
import type { Picture } from './settle';
import type { Business } from './world';

/** The promises, each as a list of what broke it: empty is kept. */

/** WhatsApp's id within the engine's: `true_5491150000000@c.us_3EB0…`. */
const plainId = (row: Row) => row.engine_message_id?.split('_')[2] ?? null;
const nameOf = (row: Row) => `"${row.text}" to ${row.peer} (${row.id}, ${row.status} ${row.error_code ?? ''})`;

export type Sends = {
  problems: string[];
  sent: number;
  failed: number;
  unconfirmed: number;
  unconfirmedButLeft: number;
};

/** Every accepted message left exactly once, or is marked unconfirmed, or failed with a reason and did not leave. */
export function checkSends(businesses: readonly Business[], accepted: readonly Accepted[], picture: Picture): Sends {
  const problems: string[] = [];
  const byKey = new Map<string, Row[]>();
  for (const row of picture.rows) {
    if (row.client_key) byKey.set(row.client_key, [...(byKey.get(row.client_key) ?? []), row]);
  }
  const unconfirmed: Row[] = [];
  let failed = 0;
  for (const { session, peer, clientKey, id, text } of accepted) {
    const rows = byKey.get(clientKey) ?? [];
    const [row] = rows;
    if (!row || rows.length > 1 || row.id !== id || row.text !== text) {
      problems.push(`"${text}" was accepted as ${id} and has ${rows.length} rows`);
      continue;
    }
    if (row.peer !== businesses[session]?.people[peer]?.phone) problems.push(`${nameOf(row)} is in another chat`);
    if (row.error_code === 'SEND_UNCONFIRMED') unconfirmed.push(row);
    else if (row.status === 'failed') failed += 1;
    else if (row.status === 'queued') problems.push(`${nameOf(row)} was never sent`);
    if (row.status === 'failed' && !row.error_code) problems.push(`${nameOf(row)} failed without a reason`);
  }

  // what left, by WhatsApp's id: each is one row's, and nobody sent what no row says
  const keys = new Set(accepted.map(({ clientKey }) => clientKey));
  let unconfirmedButLeft = 0;
  for (const { business, peer, messages } of picture.truth) {
    const ownerId = businesses[business]?.ownerId;
    const outbound = picture.rows.filter(
      (row) => row.owner_id === ownerId && row.peer === peer && row.direction === 'outbound',
    );
    const byId = new Map(outbound.map((row) => [plainId(row), row]));
    const left = messages.filter(({ fromMe }) => fromMe);
    const unknown = left.filter(({ id }) => !byId.has(id));
    const open = outbound.filter((row) => row.error_code === 'SEND_UNCONFIRMED');
    // one that left and whose row does not know it may only be one that is marked so
    for (const { body, id } of unknown) {
      const index = open.findIndex((row) => row.text === body);
      if (index < 0) problems.push(`"${body}" (${id}) left to ${peer} once more than any row says`);
      else {
        open.splice(index, 1);
        unconfirmedButLeft += 1;
      }
    }
    const ids = new Set(left.map(({ id }) => id));
    for (const row of outbound) {
      const id = plainId(row);
      if (id !== null && !ids.has(id)) problems.push(`${nameOf(row)} is said to have left and did not`);
      if (row.client_key === null) problems.push(`${nameOf(row)} is a second row of a message that was accepted`);
      else if (!keys.has(row.client_key)) problems.push(`${nameOf(row)} was stored, and its caller never heard yes`);
    }
    problems.push(
      ...orderOf(
        'what we sent',
        outbound,
        left.map(({ id }) => id),
        peer,
      ),
    );
  }
  return {
    problems,
    sent: accepted.length - failed - unconfirmed.length,
    failed,
    unconfirmed: unconfirmed.length,
    unconfirmedButLeft,
  };
}

/** Every message that a phone's side sent is stored exactly once, in the order of its chat. */
export function checkInbound(businesses: readonly Business[], picture: Picture): string[] {
  return picture.truth.flatMap(({ business, peer, messages }) => {
    const ownerId = businesses[business]?.ownerId;
    const said = messages.filter(({ fromMe }) => !fromMe);
    const stored = picture.rows.filter(
      (row) => row.owner_id === ownerId && row.peer === peer && row.direction === 'inbound',
    );
    const count = new Map<string | null, number>();
    for (const row of stored) count.set(plainId(row), (count.get(plainId(row)) ?? 0) + 1);
    const wrong = said
      .filter(({ id }) => count.get(id) !== 1)
      .map(({ id, body }) => `"${body}" (${id}) from ${peer} is stored ${count.get(id) ?? 0} times`);
    if (stored.length > said.length)
      wrong.push(`${peer} wrote ${said.length} messages and ${stored.length} are stored`);
    return [
      ...wrong,
      ...orderOf(
        'what came',
        stored,
        said.map(({ id }) => id),
        peer,
      ),
    ];
  });
}

/** The rows that have WhatsApp's id stand in WhatsApp's order. */
function orderOf(what: string, rows: readonly Row[], ids: readonly string[], peer: string): string[] {
  const place = new Map(ids.map((id, index) => [id, index]));
  let before: { row: Row; at: number } | null = null;
  for (const row of rows) {
    const at = place.get(plainId(row) ?? '');
    if (at === undefined) continue;
    if (before && at < before.at) {
      return [`${what} is out of order in the chat with ${peer}: ${placeOf(before.row)} stands before ${placeOf(row)}`];
    }
    before = { row, at };
  }
  return [];
}
const placeOf = ({ text, at, position }: Row) => `"${text}" (${at.toISOString().slice(11, 19)}, position ${position})`;

/** Every subscriber saw each event of its owner once, from the first to the last, without a gap. */
export function checkFollower(follower: Follower, head: number): string[] {
  const seqs = follower.seen().map(({ seq }) => seq);
  const wrong = seqs.findIndex((seq, index) => seq !== index + 1);
  if (wrong >= 0) return [`a subscriber of ${follower.business.name} saw ${seqs[wrong]} as event ${wrong + 1}`];
  return seqs.length === head ? [] : [`a subscriber of ${follower.business.name} saw ${seqs.length} of ${head} events`];
}

const RANK: Record<string, number> = { queued: 0, failed: 1, sent: 2, delivered: 3, read: 4 };

/** No message's status went back, in the order in which its owner was told. */
export function checkStatuses(events: readonly OwnerEvent[]): string[] {
  const last = new Map<string, string>();
  const problems: string[] = [];
  for (const { seq, body } of events) {
    if (!('message' in body) || body.message.direction !== 'outbound') continue;
    const { id, status, text } = body.message;
    const before = last.get(id);
    if (before && (RANK[status] ?? 0) < (RANK[before] ?? 0)) {
      problems.push(`"${text}" (${id}) went from ${before} back to ${status} at event ${seq}`);
    }
    last.set(id, status);
  }
  return problems;
}
