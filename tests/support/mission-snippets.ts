import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The client code of the mission document, as written; by the heading that it stands under. */
export async function missionSnippets(): Promise<Record<'connect' | 'status' | 'send' | 'sockets', string>> {
  const text = await readFile(join(import.meta.dirname, 'mission-snippets.md'), 'utf8');
  const [connect, status, send, sockets] = [...text.matchAll(/```javascript\n([\s\S]*?)```/g)].map(([, code]) => code);
  if (!connect || !status || !send || !sockets) throw new Error('a snippet is missing');
  return { connect, status, send, sockets };
}
