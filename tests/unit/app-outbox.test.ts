import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Attempt, createOutbox, type Unsent } from '@/app/_lib/outbox';

/** A browser's storage, and a server that answers as told. */
function setUp(answers: Record<string, Attempt[]> = {}, stored: Unsent[] = []) {
  const storage = new Map(stored.map((entry) => [entry.clientKey, entry]));
  const sent: string[] = [];
  const open = () => {
    const outbox = createOutbox({
      load: () => [...storage.values()],
      save: (entry) => storage.set(entry.clientKey, entry),
      remove: (clientKey) => storage.delete(clientKey),
      send: async ({ clientKey }) => {
        sent.push(clientKey);
        return answers[clientKey]?.shift() ?? { outcome: 'stored' };
      },
      retryMs: 1_000,
    });
    outbox.start();
    return outbox;
  };
  return { storage, sent, open };
}

const entry = (clientKey: string, chatId = 'c') => ({ clientKey, chatId, text: clientKey, at: new Date() });
const states = (outbox: ReturnType<typeof createOutbox>) =>
  Object.fromEntries(outbox.get().map(({ clientKey, state }) => [clientKey, state]));
const pause = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('texts leave in order and are forgotten once the server has them', async () => {
  const { open, sent, storage } = setUp();
  const outbox = open();
  outbox.add(entry('a'));
  outbox.add(entry('b'));
  expect(states(outbox)).toEqual({ a: 'sending', b: 'sending' });
  await pause();
  expect(sent).toEqual(['a', 'b']);
  expect(outbox.get()).toEqual([]);
  expect(storage.size).toBe(0);
});

test('an unreachable server keeps all of them, in order, and tries again by itself with the same key', async () => {
  const { open, sent } = setUp({ a: [{ outcome: 'unreachable' }] });
  const outbox = open();
  outbox.add(entry('a'));
  outbox.add(entry('b'));
  await pause();
  expect(sent).toEqual(['a']);
  expect(states(outbox)).toEqual({ a: 'waiting', b: 'waiting' });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual(['a', 'a', 'b']);
  expect(outbox.get()).toEqual([]);
});

test('waking tries what waits at once', async () => {
  const { open, sent } = setUp({ a: [{ outcome: 'unreachable' }] });
  const outbox = open();
  outbox.add(entry('a'));
  await pause();
  outbox.wake();
  await pause();
  expect(sent).toEqual(['a', 'a']);
});

test('a refused text keeps its words and its key; those after it leave', async () => {
  const { open, sent, storage } = setUp({ a: [{ outcome: 'refused', error: 'No está conectado.' }] });
  const outbox = open();
  outbox.add(entry('a'));
  outbox.add(entry('b'));
  await pause();
  expect(outbox.get()).toMatchObject([{ clientKey: 'a', state: 'failed', error: 'No está conectado.', text: 'a' }]);
  expect(storage.get('a')).toMatchObject({ state: 'failed' });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sent).toEqual(['a', 'b']);
  outbox.retry('a');
  await pause();
  expect(sent).toEqual(['a', 'b', 'a']);
  expect(outbox.get()).toEqual([]);
});

test('a closed tab loses nothing: what was under way is tried again, what was refused waits for a person', async () => {
  const { open, sent } = setUp({}, [
    { ...entry('a'), state: 'sending', error: null },
    { ...entry('b'), state: 'failed', error: 'no' },
  ]);
  const outbox = open();
  await pause();
  expect(sent).toEqual(['a']);
  expect(states(outbox)).toEqual({ b: 'failed' });
});

test('another chat does not wait', async () => {
  const { open, sent } = setUp({ a: [{ outcome: 'unreachable' }] });
  const outbox = open();
  outbox.add(entry('a', 'one'));
  outbox.add(entry('b', 'two'));
  await pause();
  expect(sent).toEqual(['a', 'b']);
  expect(states(outbox)).toEqual({ a: 'waiting' });
});

test('an event that brings the row settles it, whatever became of the answer', async () => {
  const { open, storage } = setUp({ a: [{ outcome: 'unreachable' }] });
  const outbox = open();
  outbox.add(entry('a'));
  await pause();
  outbox.settle('a');
  expect(outbox.get()).toEqual([]);
  expect(storage.size).toBe(0);
});

test('once stopped it sends nothing more, and goes on when started again', async () => {
  const { open, sent } = setUp({ a: [{ outcome: 'unreachable' }] });
  const outbox = open();
  outbox.add(entry('a'));
  await pause();
  outbox.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sent).toEqual(['a']);
  outbox.start();
  await pause();
  expect(sent).toEqual(['a', 'a']);
});
