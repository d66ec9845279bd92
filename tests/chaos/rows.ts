import { join } from 'node:path';
import { Client } from 'pg';
import type { Server } from '@/tests/support/server';

/** A message as its row says, past every procedure. */
export type Row = {
  id: string;
  owner_id: string;
  /** E.164 of the conversation's other side. */
  peer: string;
  direction: 'inbound' | 'outbound';
  client_key: string | null;
  engine_message_id: string | null;
  text: string;
  status: string;
  error_code: string | null;
  handed_over: boolean;
  at: Date;
  position: string;
};

async function query<T extends object>(server: Server, sql: string): Promise<T[]> {
  const sockets = encodeURIComponent(join(server.dataDir, 'postgres', 'run'));
  const client = new Client({ connectionString: `postgres://app@localhost/omniwp?host=${sockets}` });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Every message, in the order in which its conversation shows it. */
export function readRows(server: Server): Promise<Row[]> {
  return query<Row>(
    server,
    `SELECT m.id, m.owner_id, c.phone AS peer, m.direction, m.client_key, m.engine_message_id, m.text, m.status,
            m.error_code, m.handed_over_at IS NOT NULL AS handed_over, m.at, m.position
     FROM message m JOIN chat c ON c.id = m.chat_id ORDER BY m.owner_id, c.phone, m.at, m.position`,
  );
}
