import type { Ack, Engine, EngineEvent, EngineMessage, EngineState, MessageId } from '@/server/whatsapp/engine';
import type { Harness, People } from './harness';

type StateOf<Kind extends EngineState['kind']> = Extract<EngineState, { kind: Kind }>;

/** An engine under test and all that it said. */
export type Subject = { engine: Engine; profileDir: string; log: EventLog };
export type EventLog = ReturnType<typeof createEventLog>;

function createEventLog() {
  const events: EngineEvent[] = [];
  const waiting = new Set<() => void>();

  /** The first event, past or future, that `pick` makes something of. */
  async function first<T>(what: string, pick: (event: EngineEvent) => T | undefined, ms = 30_000): Promise<T> {
    const end = Date.now() + ms;
    for (let next = 0; ; ) {
      for (; next < events.length; next += 1) {
        const event = events[next];
        const found = event && pick(event);
        if (found !== undefined) return found;
      }
      const left = end - Date.now();
      if (left <= 0) throw new Error(`no ${what} in ${ms} ms; said: ${JSON.stringify(events)}`);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, left);
        waiting.add(wake);
      });
    }
  }

  return {
    events,
    push(event: EngineEvent): void {
      events.push(event);
      for (const wake of waiting) wake();
    },
    states: (): EngineState[] => events.flatMap((event) => (event.type === 'state' ? [event.state] : [])),
    messages: (): EngineMessage[] => events.flatMap((event) => (event.type === 'message' ? [event.message] : [])),
    acks: (id: MessageId): Ack[] =>
      events.flatMap((event) => (event.type === 'ack' && event.messageId === id ? [event.ack] : [])),
    state<Kind extends EngineState['kind']>(
      kind: Kind,
      is: (state: StateOf<Kind>) => boolean = () => true,
      ms?: number,
    ): Promise<StateOf<Kind>> {
      const matches = (state: EngineState): state is StateOf<Kind> => state.kind === kind && is(state as StateOf<Kind>);
      const pick = (event: EngineEvent) => (event.type === 'state' && matches(event.state) ? event.state : undefined);
      return first(`state ${kind}`, pick, ms);
    },
    message: (text: string): Promise<EngineMessage> =>
      first(`message ${text}`, (event) =>
        event.type === 'message' && event.message.text === text ? event.message : undefined,
      ),
    ack: (id: MessageId, ack: Ack): Promise<true> =>
      first(`ack ${ack} of ${id}`, (event) =>
        event.type === 'ack' && event.messageId === id && event.ack === ack ? true : undefined,
      ),
  };
}

export async function startSubject(
  { factory, newProfile }: Pick<Harness, 'factory' | 'newProfile'>,
  profileDir = newProfile(),
): Promise<Subject> {
  const log = createEventLog();
  const engine = factory({ profileDir, onEvent: log.push });
  await engine.start();
  return { engine, profileDir, log };
}

/** Scans the QR that the subject shows and waits until it is ready. On a busy machine a QR may be over before it is scanned. */
export async function connect(harness: Pick<Harness, 'scan'>, subject: Subject, people: People): Promise<Subject> {
  const tried = new Set<string>();
  for (;;) {
    const { data } = await subject.log.state('pairing', (state) => !tried.has(state.data));
    const refused = await harness.scan(people.own, data).then(
      () => null,
      (error: unknown) => ({ error }),
    );
    if (refused === null) break;
    tried.add(data);
    if (tried.size === 3) throw refused.error;
  }
  await subject.log.state('ready');
  return subject;
}
