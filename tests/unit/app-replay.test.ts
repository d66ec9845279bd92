import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { createReplay } from '@/app/_lib/replay';

test('what happened while a page was on its way is told again when it is in, and only that', async () => {
  const client = new QueryClient({ defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY } } });
  const told: number[] = [];
  const replay = createReplay<number>(client, ['chats.list'], (happening) => told.push(happening));
  let answer: (page: string) => void = () => {};
  const slow = new Promise<string>((resolve) => {
    answer = resolve;
  });
  replay.add(1);
  const fetching = client.fetchQuery({ queryKey: [['chats', 'list'], {}], queryFn: () => slow });
  const other = client.fetchQuery({ queryKey: [['settings', 'get'], {}], queryFn: async () => 'x' });
  replay.add(2);
  replay.add(3);
  answer('an answer from before 2');
  await Promise.all([fetching, other]);
  await Promise.resolve();
  expect(told).toEqual([1, 2, 3, 2, 3]);
  await client.fetchQuery({ queryKey: [['chats', 'list'], {}], queryFn: async () => 'later' });
  await Promise.resolve();
  expect(told).toEqual([1, 2, 3, 2, 3]);
  replay.stop();
  client.clear();
});
