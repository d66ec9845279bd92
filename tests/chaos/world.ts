import { randomUUID } from 'node:crypto';
import { createOmniClient } from '@/server/client';
import { type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { type Server, startServer } from '@/tests/support/server';
import { waitUntil } from '@/tests/support/wait-until';
import type { Plan } from './plan';

export type Client = ReturnType<typeof createOmniClient>;

/** One business: its owner's account, and the phone that is linked to it. */
export type Business = {
  index: number;
  name: string;
  phone: string;
  ownerId: string;
  /** A client of its own for each caller: as many programs. */
  client(): Client;
  /** By the plan's number of the person. */
  people: { name: string; phone: string; chatId: string }[];
};

export type World = { sandbox: Sandbox; server: Server; businesses: Business[]; close(): void };

const PASSWORD = 'una-clave-larga-42';

/** The real parts, with every session linked and every conversation begun. */
export async function makeWorld(plan: Plan, sandbox: Sandbox, server: Server): Promise<World> {
  const clients: Client[] = [];
  const clientOf = (token: string | null): Client => {
    const made = createOmniClient({ url: server.url, token: () => token });
    clients.push(made);
    return made;
  };

  async function link({ name, phone, people }: Plan['sessions'][number], index: number): Promise<Business> {
    await sandbox.createAccount({ phone, name });
    for (const person of people) {
      await sandbox.createAccount(person);
      await sandbox.say({ from: person.phone, to: phone, text: 'Hola' });
    }
    const { trpc } = clientOf(null);
    const email = `${randomUUID()}@example.com`;
    const { token, user } = await trpc.auth.register.mutate({ name, email, password: PASSWORD });
    const own = clientOf(token).trpc;
    const { qrCode } = await own.whatsapp.connect.mutate();
    await sandbox.scan(phone, qrCode ?? '');
    const chats = await waitUntil(`the chats of ${name}`, async () => {
      const { items } = await own.chats.list.query({ limit: 100 });
      return items.length === people.length ? items : null;
    });
    return {
      index,
      name,
      phone,
      ownerId: user.id,
      client: () => clientOf(token),
      people: people.map((person) => {
        const chat = chats.find((row) => row.phone === person.phone);
        if (!chat) throw new Error(`${name} has no chat with ${person.phone}`);
        return { ...person, chatId: chat.id };
      }),
    };
  }

  const businesses: Business[] = [];
  for (const [index, session] of plan.sessions.entries()) businesses.push(await link(session, index));
  return { sandbox, server, businesses, close: () => clients.forEach((client) => client.close()) };
}

export async function startParts(): Promise<{ sandbox: Sandbox; server: Server }> {
  const sandbox = await startSandbox({ demo: false, deliveryMs: 50 });
  try {
    return { sandbox, server: await startServer({ sandbox }) };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}
