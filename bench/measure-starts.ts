import { now } from './clock';
import type { Linked } from './ours';
import type { Plan } from './plan';
import { alternate, type Pair, pair } from './rounds';
import type { BareSession, Stage } from './stage';

/** From the wish to a QR on a profile that is new, in ms: our caller has it in an answer over HTTP, the bare program in an event. */
export async function measureQr(stage: Stage, plan: Plan): Promise<Pair> {
  const { ours, bare } = stage;
  const found = pair();

  async function startOurs(): Promise<number> {
    const owner = await ours.createOwner(stage.newName());
    const { ms } = await ours.connect(owner);
    await owner.trpc.whatsapp.disconnect.mutate();
    return ms;
  }
  async function startBare(): Promise<number> {
    const name = stage.newName();
    const { ms } = await bare.start(name, 'qr');
    await bare.destroy(name);
    return ms;
  }
  async function several(start: () => Promise<number>): Promise<number[]> {
    const values = [];
    for (let index = 0; index < plan.starts; index++) values.push(await start());
    return values;
  }

  // the first start reads the browser from the disk
  await startOurs();
  await startBare();
  await alternate(plan.rounds, {
    ours: async () => void found.ours.push(await several(startOurs)),
    bare: async () => void found.bare.push(await several(startBare)),
  });
  return found;
}

/** From the wish to a connected session on a profile that holds its link, in ms. */
export async function measureRestore(
  stage: Stage,
  plan: Plan,
  linked: { ours: Linked; bare: BareSession },
): Promise<Pair> {
  const found = pair();
  await alternate(plan.rounds, {
    ours: async () => {
      const { whatsapp } = linked.ours.trpc;
      await whatsapp.disconnect.mutate();
      const from = now();
      const { connected } = await whatsapp.restore.mutate();
      if (!connected) throw new Error('a session was not restored');
      found.ours.push([now() - from]);
    },
    bare: async () => {
      await stage.bare.destroy(linked.bare.name);
      found.bare.push([(await stage.bare.start(linked.bare.name, 'ready')).ms]);
    },
  });
  return found;
}
