import { DatabaseSync } from 'node:sqlite';
import type { Written } from '../store-kill/append-until-killed.ts';
import { type Inspection, inspectStore } from '../store-kill/inspect-store.ts';

/** Reading all events checks the chain of their hashes; SQLite looks at the rest. `openMs` is missing where nothing can be read. */
export async function inspectAll(
  path: string,
  written: Written,
): Promise<Omit<Inspection, 'openMs'> & { readonly openMs?: number }> {
  try {
    checkPages(path);
    return await inspectStore(path, written);
  } catch (error) {
    return { head: 0, violations: [`it cannot be opened and read: ${String(error)}`] };
  }
}

function checkPages(path: string): void {
  using database = new DatabaseSync(path);
  const [answer] = Object.values(database.prepare('PRAGMA integrity_check').get() ?? {});
  if (answer !== 'ok') throw new Error(`PRAGMA integrity_check says ${String(answer)}`);
}
