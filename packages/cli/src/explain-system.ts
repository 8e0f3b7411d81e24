/** What the system says in a code, and what helps, by https://nodejs.org/api/errors.html#common-system-errors. */
const HELP: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on its disk: make room, then say it again',
  EDQUOT: 'the quota of its disk is used up: make room, then say it again',
  EACCES: 'this user may not do that: give it the right, or choose another place',
  EPERM: 'this user may not do that: give it the right, or choose another place',
  EROFS: 'its disk may only be read: choose another place',
  EISDIR: 'it is a folder: name a file in it',
  ENOTDIR: 'a part of its path is no folder: choose another place',
  ENOENT: 'there is no such file or folder: look at the path',
  EEXIST: 'it is there already: choose another name, or move it away',
  EMFILE: 'too many files are open: close some, or raise the limit (ulimit -n)',
  ENFILE: 'too many files are open: close some, or raise the limit (ulimit -n)',
  EIO: 'its disk failed: look at the disk',
};

/** In one sentence what the system refused; `undefined` for anything but a refusal about a file. */
export function explainSystem(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return undefined;
  const { code, syscall } = error;
  const help = HELP[String(code)];
  if (help === undefined) return undefined;
  const paths = [pathIn(error, 'path'), pathIn(error, 'dest')].filter((path) => path !== undefined);
  const what = paths.length === 0 ? `A file could not be reached (${syscall})` : paths.join(' → ');
  return `${what}: ${help}. [system.${String(code).toLowerCase()}]`;
}

function pathIn(error: Error, name: 'path' | 'dest'): string | undefined {
  const path: unknown = Reflect.get(error, name);
  return typeof path === 'string' && path !== '' ? path : undefined;
}
