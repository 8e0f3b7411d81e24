/** The oldest git with `merge-tree --write-tree`. */
const OLDEST = [2, 38] as const;

/** Says why a git is too old, given what `git version` prints; `undefined` when it will do. */
export function gitTooOld(printed: string): string | undefined {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(printed) ?? [];
  const [wantedMajor, wantedMinor] = OLDEST;
  const enough =
    Number(major) > wantedMajor || (Number(major) === wantedMajor && Number(minor) >= wantedMinor);
  if (enough) return undefined;
  return `${printed.trim()} is too old: install git ${OLDEST.join('.')} or newer.`;
}
