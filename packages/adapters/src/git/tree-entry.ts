/** One version of a file in git: its mode (`100644`, `100755`, `120000`, `160000`) and its object. */
export interface Version {
  readonly mode: string;
  readonly id: string;
}

/** A path that a change touches, before and after; absent where there is no file. */
export interface Entry {
  readonly path: string;
  readonly before?: Version;
  readonly after?: Version;
}

/** The mode of a submodule. */
export const SUBMODULE = '160000';

/** Reads `git diff-tree -r -z --raw --no-renames` or `git diff-index` of the same form. */
export function parseRawDiff(output: string): readonly Entry[] {
  const fields = output.split('\0');
  const entries: Entry[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [modeBefore = '', modeAfter = '', idBefore = '', idAfter = ''] = (fields[at] ?? '')
      .replace(/^:/, '')
      .split(' ');
    const before = version(modeBefore, idBefore);
    const after = version(modeAfter, idAfter);
    const path = fields[at + 1] ?? '';
    entries.push({
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    });
  }
  return entries;
}

/** Whether two versions are the same file, or both are none. */
export function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a?.mode === b?.mode && a?.id === b?.id;
}

function version(mode: string, id: string): Version | undefined {
  return /^0+$/.test(mode) ? undefined : { mode, id };
}
