import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client as Postgres } from 'pg';
import { createOmniClient } from '@/server/client';
import type { OwnerEvent } from '@/server/events/schema';
import type { Sandbox } from '@/tests/support/sandbox';
import { type Server, startServer } from '@/tests/support/server';
import { waitUntil } from '@/tests/support/wait-until';
import { now } from './clock';
import { browsersOn } from './memory';

type Client = ReturnType<typeof createOmniClient>;
type Seen = (event: OwnerEvent, at: number) => void;

const PASSWORD = 'una-clave-larga-42';

/** An account of the product, and the program that acts for it. */
export type Owner = { id: string; token: string; trpc: Client['trpc'] };
/** A linked account; `chatIds` in the order of the people who wrote first. */
export type Linked = Owner & { phone: string; chatIds: string[] };

/** The built server in production with the embedded stores, and programs that reach it by the typed client. */
export async function startOurs(sandbox: Sandbox, version: string) {
  const server: Server = await startServer({ sandbox: { env: { ...sandbox.env, WHATSAPP_WEB_VERSION: version } } });
  const clients: Client[] = [];

  function clientOf(token: string | null): Client {
    const made = createOmniClient({ url: server.url, token: () => token });
    clients.push(made);
    return made;
  }

  async function createOwner(name: string): Promise<Owner> {
    const email = `${randomUUID()}@example.com`;
    const signedIn = await clientOf(null).trpc.auth.register.mutate({ name, email, password: PASSWORD });
    return { id: signedIn.user.id, token: signedIn.token, trpc: clientOf(signedIn.token).trpc };
  }

  /** How long from the call until its answer shows a QR, and the QR. */
  async function connect(owner: Owner): Promise<{ ms: number; qr: string }> {
    const from = now();
    const { qrCode, status, reason } = await owner.trpc.whatsapp.connect.mutate();
    const ms = now() - from;
    if (!qrCode) throw new Error(`no QR: ${status} ${reason ?? ''}`);
    return { ms, qr: qrCode };
  }

  return {
    server,
    createOwner,
    connect,
    browsers: () => browsersOn(server.sessionPath),

    /** Links a phone to a new account and waits until the chats of those who wrote are read in. */
    async link(name: string, phone: string, people: string[]): Promise<Linked & { ms: number }> {
      const owner = await createOwner(name);
      const { ms, qr } = await connect(owner);
      await sandbox.scan(phone, qr);
      const items = await waitUntil(`${name} to be connected and read in`, async () => {
        const [status, chats] = await Promise.all([
          owner.trpc.whatsapp.status.query(),
          owner.trpc.chats.list.query({ limit: 100 }),
        ]);
        return status.connected && chats.items.length === people.length ? chats.items : null;
      });
      const chatIds = people.map((person) => items.find((chat) => chat.phone === person)?.id ?? '');
      return { ...owner, ms, phone, chatIds };
    },

    /** A subscriber on a connection of its own, from an event on or from now on; answers when the server follows the log for it. */
    async follow(owner: Owner, onEvent: Seen, lastEventId?: number): Promise<() => void> {
      const client = clientOf(owner.token);
      const after = lastEventId ?? (await owner.trpc.events.head.query()).seq;
      const subscription = await new Promise<{ unsubscribe(): void }>((resolve, reject) => {
        const made = client.trpc.events.follow.subscribe(
          { lastEventId: String(after) },
          {
            onData: ({ data }) => onEvent(data, now()),
            onStarted: () => resolve(made),
            onError: reject,
          },
        );
      });
      return () => {
        subscription.unsubscribe();
        client.close();
      };
    },

    /** Asks the embedded database, past the product. */
    async sql(text: string, values: unknown[] = []): Promise<void> {
      const sockets = encodeURIComponent(join(server.dataDir, 'postgres', 'run'));
      const database = new Postgres({ connectionString: `postgres://app@localhost/omniwp?host=${sockets}` });
      await database.connect();
      try {
        await database.query(text, values);
      } finally {
        await database.end();
      }
    },

    async stop(): Promise<void> {
      for (const client of clients) client.close();
      await server.discard();
    },
  };
}

export type Ours = Awaited<ReturnType<typeof startOurs>>;
