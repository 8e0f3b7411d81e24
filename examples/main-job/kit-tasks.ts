import { readFileSync } from 'node:fs';

/** The kit that the main job works on. */
export const kit: URL = new URL('../kits/text-tools/', import.meta.url);

/** One task of the kit's `tasks.md`. */
export interface KitTask {
  readonly id: string;
  /** 1-based. */
  readonly phase: number;
  /** The description, without labels and dependencies. */
  readonly text: string;
  /** The path that it writes. */
  readonly file: string;
  /** Ids that it depends on by its own words. */
  readonly needs: readonly string[];
  /** The command of its Verify line. */
  readonly verify: string | undefined;
}

/**
 * Reads the kit's tasks. It knows this one document; `specKit()` of `@overseer/frameworks` reads any, and is not used
 * here so that a fault of that reader cannot hide in what the models say.
 */
export function readKitTasks(): readonly KitTask[] {
  const text = readFileSync(new URL('specs/001-text-tools/tasks.md', kit), 'utf8');
  return text
    .split(/^## Phase /m)
    .slice(1)
    .flatMap((part, index) => [...part.matchAll(line)].map((match) => toTask(match, index + 1)));
}

/** One task of the kit by its id. Throws where there is none. */
export function kitTask(id: string): KitTask {
  const task = readKitTasks().find((one) => one.id === id);
  if (task === undefined) throw new RangeError(`The kit has no task ${id}.`);
  return task;
}

const line =
  /^- \[ \] (T\d{3}) (?:\[P\] )?(?:\[US\d\] )?(.+?)(?: \(depends on ([^)]+)\))?$(?:\n {2}- \*\*Verify\*\*: `([^`]+)`)?/gm;

function toTask(match: RegExpExecArray, phase: number): KitTask {
  const [, id = '', text = '', needs = '', verify] = match;
  const file = /`([^`]+)`/.exec(text)?.[1] ?? '';
  return { id, phase, text, file, needs: needs.split(', ').flatMap(idsOf), verify };
}

/** `T005-T007` stands for three ids. */
function idsOf(range: string): string[] {
  const [first, last = first] = [...range.matchAll(/T(\d+)/g)].map((match) => Number(match[1]));
  if (first === undefined || last === undefined) return [];
  return Array.from(
    { length: last - first + 1 },
    (_, i) => `T${String(first + i).padStart(3, '0')}`,
  );
}
