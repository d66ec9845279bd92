import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a folder that only we enter; what is above it and absent is made as usual, so that others can pass through. */
export async function makePrivate(dir: string): Promise<void> {
  await mkdir(dirname(dir), { recursive: true });
  await mkdir(dir, { recursive: true, mode: 0o700 });
}
