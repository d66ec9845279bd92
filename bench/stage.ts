import { allSwitchesOff, type Sandbox, startSandbox } from '@/tests/support/sandbox';
import { type Bare, startBare } from './bare';
import { findBrowsers, type NamedBrowser } from './browsers';
import { type Linked, type Ours, startOurs } from './ours';

/** Who writes to every business, and is written to. */
const PEOPLE = 5;
const phoneOf = (block: number, index: number): string => `+3460${block}${String(index).padStart(6, '0')}`;

export type BareSession = { name: string; phone: string };

/** Everything that is measured: one sandbox, the product's server and a bare program, on the same version of the page. */
export async function setStage(note: (line: string) => void) {
  const endings: (() => Promise<void>)[] = [];
  let names = 0;
  async function end(): Promise<void> {
    for (const ending of endings.splice(0).reverse())
      await ending().catch((error) => note(`an ending failed: ${error}`));
  }
  try {
    const browsers: { ours: NamedBrowser; bare: NamedBrowser } = await findBrowsers();
    const sandbox: Sandbox = await startSandbox({ demo: false, deliveryMs: 0, qrSeconds: 60 });
    endings.push(() => sandbox.stop());
    const { version } = await sandbox.page(allSwitchesOff);
    const people = Array.from({ length: PEOPLE }, (_, index) => phoneOf(0, index));
    for (const [index, phone] of people.entries()) await sandbox.createAccount({ phone, name: `Persona ${index + 1}` });
    const ours: Ours = await startOurs(sandbox, version);
    endings.push(() => ours.stop());
    const bare: Bare = await startBare(sandbox, version, browsers.bare);
    endings.push(() => bare.stop());

    /** A business's phone, to which everybody has written once. */
    async function createBusiness(block: number): Promise<{ name: string; phone: string }> {
      const name = `negocio-${block}-${++names}`;
      const phone = phoneOf(block, names);
      await sandbox.createAccount({ phone, name });
      for (const from of people) await sandbox.say({ from, to: phone, text: 'Hola' });
      return { name, phone };
    }

    return {
      browsers,
      version,
      sandbox,
      ours,
      bare,
      people,
      note,
      newName: () => `nuevo-${++names}`,
      async linkOurs(): Promise<Linked & { ms: number }> {
        const { name, phone } = await createBusiness(1);
        return ours.link(name, phone, people);
      },
      async linkBare(): Promise<BareSession & { ms: number }> {
        const { name, phone } = await createBusiness(2);
        return { name, phone, ms: await bare.link(name, phone) };
      },
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

export type Stage = Awaited<ReturnType<typeof setStage>>;

/** The library's id of a chat with a phone. */
export const bareChatOf = (phone: string): string => `${phone.slice(1)}@c.us`;
