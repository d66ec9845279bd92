import { describe, expect, it } from 'vitest';
import { readLeft } from '@/server/whatsapp/memory-left';

const MB = 1024 * 1024;
const meminfo = (mb: number): string => `MemTotal: 99999999 kB\nMemAvailable:   ${mb * 1024} kB\n`;

/** A machine that has exactly these files. */
const left = (files: Record<string, string>) =>
  readLeft(async (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`ENOENT ${path}`);
    return text;
  });

describe('memory and processes that are left', () => {
  it('is what the system says where nothing else limits it', async () => {
    const root = process.getuid?.() === 0;
    expect(await left({ '/proc/meminfo': meminfo(4000), '/proc/self/cgroup': '0::/\n' })).toEqual({
      memoryMb: 4000,
      tasks: root ? null : expect.anything(),
    });
  });

  it('is the smallest that any v2 group above us allows, what the kernel would give up included', async () => {
    const answer = await left({
      '/proc/meminfo': meminfo(4000),
      '/proc/self/cgroup': '0::/pod/app\n',
      '/sys/fs/cgroup/pod/app/memory.max': 'max\n',
      '/sys/fs/cgroup/pod/app/memory.current': `${100 * MB}\n`,
      '/sys/fs/cgroup/pod/memory.max': `${1000 * MB}\n`,
      '/sys/fs/cgroup/pod/memory.current': `${900 * MB}\n`,
      '/sys/fs/cgroup/pod/memory.stat': `anon 1\ninactive_file ${50 * MB}\n`,
      '/sys/fs/cgroup/pod/pids.max': '512\n',
      '/sys/fs/cgroup/pod/pids.current': '500\n',
    });
    expect(answer).toMatchObject({ memoryMb: 150, tasks: 12 });
  });

  it('knows v1 groups, their huge number for "no limit", and a container that sees its own group as the root', async () => {
    const answer = await left({
      '/proc/meminfo': meminfo(4000),
      '/proc/self/cgroup': '8:pids:/docker/x\n4:memory:/docker/x\n1:cpu,cpuacct:/docker/x\n',
      '/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes': '9223372036854771712\n',
      '/sys/fs/cgroup/memory/docker/x/memory.usage_in_bytes': `${100 * MB}\n`,
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${500 * MB}\n`,
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${480 * MB}\n`,
      '/sys/fs/cgroup/pids/pids.max': 'max\n',
      '/sys/fs/cgroup/pids/pids.current': '7\n',
    });
    expect(answer.memoryMb).toBe(20);
  });

  it('counts nothing where nothing can be told', async () => {
    expect((await left({})).memoryMb).toBeNull();
  });

  it('reads this machine', async () => {
    const { memoryMb } = await readLeft();
    if (process.platform === 'linux') expect(memoryMb).toBeGreaterThan(0);
  });
});
