import { type ResultLine, resultLine } from './samples.ts';
import type { Work } from './work.ts';

/** What each repeat measured, by subject; `undefined` where a repeat failed, so that repeats stay aligned. */
export type Measured = Readonly<
  Record<string, readonly (Readonly<Record<string, number>> | undefined)[]>
>;

/**
 * Turns measurements into lines: every metric of every subject, then the ratios of compared metrics, named
 * `cpuUs/floor`. A ratio is taken within one repeat, where both subjects met the same state of the machine.
 */
export function resultLines(name: string, work: Work, measured: Measured): readonly ResultLine[] {
  const references = ['floor', work.peer].filter((one) => one !== undefined);
  return work.metrics.flatMap(({ name: metric, unit, compared }) =>
    Object.keys(measured).flatMap((subject) => {
      const line = (suffix: string, of: string, values: readonly number[]): ResultLine[] =>
        values.length === 0
          ? []
          : [resultLine({ work: name, subject, metric: metric + suffix, unit: of }, values)];
      return [
        ...line('', unit, samples(measured, subject, metric)),
        ...(compared ? references : []).flatMap((reference) =>
          line(`/${reference}`, 'ratio', ratios(measured, subject, reference, metric)),
        ),
      ];
    }),
  );
}

function samples(measured: Measured, subject: string, metric: string): readonly number[] {
  return (measured[subject] ?? []).flatMap((repeat) => repeat?.[metric] ?? []);
}

function ratios(
  measured: Measured,
  subject: string,
  reference: string,
  metric: string,
): readonly number[] {
  if (subject === reference) return [];
  return (measured[subject] ?? []).flatMap((repeat, index) => {
    const value = repeat?.[metric];
    const against = measured[reference]?.[index]?.[metric];
    return value === undefined || against === undefined || against === 0 ? [] : [value / against];
  });
}
