/** More alternatives than this in one pattern are a mistake. */
const ALTERNATIVE_LIMIT = 64;

/**
 * Compiles a glob for paths with `/`: `*` and `?` stay within a name, `**` crosses folders, `{a,b}` gives alternatives. A
 * pattern without `/` is held against the last name only. Takes time in proportion to pattern times path, whatever they are.
 */
export function compileGlob(glob: string): (path: string) => boolean {
  const patterns = alternatives(glob.replace(/^\.?\//, '')).map((pattern) => pattern.split('/'));
  return (path) => {
    const names = path.split('/');
    return patterns.some((pattern) =>
      matchNames(pattern.length === 1 ? ['**', ...pattern] : pattern, names),
    );
  };
}

function alternatives(glob: string): readonly string[] {
  let open = [glob];
  const done: string[] = [];
  while (open.length > 0 && done.length + open.length <= ALTERNATIVE_LIMIT) {
    const next: string[] = [];
    for (const pattern of open) {
      const brace = /\{([^{}]*,[^{}]*)\}/.exec(pattern);
      if (brace === null) done.push(pattern);
      else
        next.push(
          ...(brace[1] ?? '').split(',').map((one) => pattern.replace(brace[0], () => one)),
        );
    }
    open = next;
  }
  return open.length > 0 ? [glob] : done;
}

/** Row by row: `reach[j]` says whether the pattern so far can end after `j` names. */
function matchNames(pattern: readonly string[], names: readonly string[]): boolean {
  let reach: readonly boolean[] = [true, ...names.map(() => false)];
  for (const part of pattern) reach = part === '**' ? spread(reach) : step(part, names, reach);
  return reach.at(-1) === true;
}

function spread(reach: readonly boolean[]): readonly boolean[] {
  const first = reach.indexOf(true);
  return reach.map((_, j) => first >= 0 && j >= first);
}

function step(
  part: string,
  names: readonly string[],
  reach: readonly boolean[],
): readonly boolean[] {
  return [false, ...names.map((name, j) => reach[j] === true && matchName(part, name))];
}

/** Wildcards by the two-pointer method: on a mismatch the last `*` takes one more character. */
function matchName(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
