import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The first of `folder/path`, `folder/../path`, … that exists. */
export async function findUpward(folder: string, path: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, path);
    const found = await access(candidate).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
    if (dirname(at) === at) return undefined;
  }
}
