import { posix } from 'node:path';

/** A path as it is compared: two ways to write one must not hide that it is one. A slash at the end, which means a folder, stays. */
export function plainPath(path: string): string {
  return posix.normalize(path.trim().replaceAll('\\', '/'));
}
