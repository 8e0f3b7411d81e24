import { FEATURES, type Part, WHOLE } from './scenario.ts';
import { type Simulated, simulate } from './simulate.ts';
import { withoutUnhandled } from './unhandled.ts';

/** Lines of a trace that are told; the end of it is what matters. */
const TOLD = 60;

/** Plays a seed; rejections that nobody handled are among what it broke. */
export async function play(seed: number, part: Part = WHOLE): Promise<Simulated> {
  const { value, unhandled } = await withoutUnhandled(() => simulate(seed, part));
  return { ...value, violations: [...value.violations, ...unhandled] };
}

/** Finds the least of a failing seed's scenario that still breaks something: fewer runs, fewer tasks, fewer features. */
export async function shrink(failed: Simulated): Promise<Simulated> {
  let best = failed;
  const tryPart = async (part: Part): Promise<void> => {
    const simulated = await play(failed.seed, part);
    if (simulated.violations.length > 0) best = simulated;
  };
  for (const runs of [1, 2]) if (runs < best.part.runs) await tryPart({ ...best.part, runs });
  for (const feature of FEATURES) {
    await tryPart({ ...best.part, without: [...best.part.without, feature] });
  }
  for (let tasks = 1; tasks < best.part.tasks; tasks++) await tryPart({ ...best.part, tasks });
  return best;
}

/** What to tell people of a failing seed: how to play it again, and its trace. */
export function report({ seed, part, violations, trace }: Simulated): string {
  const told = trace.slice(-TOLD);
  const left = trace.length > told.length ? [`… ${trace.length - told.length} lines before`] : [];
  return [
    `Seed ${seed}, played as ${JSON.stringify(part)}, breaks:`,
    ...violations.map((violation) => `  ${violation}`),
    ...left,
    ...told,
  ].join('\n');
}
