import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Overseer's folder, and what a write that was cut off leaves behind. */
const HIDDEN = ['.overseer/', '.overseer-*.tmp'];

/** Writes Overseer's paths into the repository's own list of what git passes over, once, for all its working trees. */
export async function hideState(commonDir: string): Promise<void> {
  const file = join(commonDir, 'info', 'exclude');
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = new Set(text.split(/\r?\n/));
  const missing = HIDDEN.filter((pattern) => !lines.has(pattern));
  if (missing.length === 0) return;
  await mkdir(join(commonDir, 'info'), { recursive: true });
  const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  await writeFile(file, `${start}${missing.join('\n')}\n`);
}
