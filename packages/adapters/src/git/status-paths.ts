/** The paths in `git status --porcelain=v1 -z --no-renames`, sorted, without those in `.overseer`. */
export function statusPaths(output: string): readonly string[] {
  return output
    .split('\0')
    .map((entry) => entry.slice(3))
    .filter((path) => path !== '' && !path.startsWith('.overseer/'))
    .sort();
}
