import { readFile } from 'node:fs/promises';
import { isMain, listProcesses, type ProcessRow, profileOf } from '@/server/whatsapp/browser-processes';

/** The processes of browsers whose profile is below `folder`, the children that name it among them. */
export async function browsersUnder(folder: string): Promise<ProcessRow[]> {
  return (await listProcesses()).filter((row) => profileOf(row)?.startsWith(folder));
}

/** The browsers themselves: one for each session that runs. */
export async function mainBrowsers(folder: string): Promise<number[]> {
  return (await browsersUnder(folder)).filter(isMain).map(({ pid }) => pid);
}

/** The running server whose environment has this text: its command names nothing of its own. */
export async function serverWith(text: string): Promise<number | null> {
  for (const { pid, command } of await listProcesses()) {
    if (!command.includes('dist/server.mjs')) continue;
    if ((await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).includes(text)) return pid;
  }
  return null;
}
