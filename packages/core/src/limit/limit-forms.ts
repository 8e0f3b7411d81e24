import { suggest } from '../internal/nearest.ts';
import type { CapacityHours, GaugeRule, Graduated, LimitRule } from '../spec/limit.ts';

/** The fields of a limit, complete by its type, as are those below. */
const LIMIT: Readonly<Record<keyof LimitRule, true>> = {
  metric: true,
  capacity: true,
  windowMs: true,
  kind: true,
  burst: true,
  period: true,
  timeZone: true,
  soft: true,
  schedule: true,
  graduated: true,
};

const GAUGE: Readonly<Record<keyof GaugeRule, true>> = { gauge: true, below: true, resume: true };

const HOURS: Readonly<Record<keyof CapacityHours, true>> = {
  from: true,
  to: true,
  days: true,
  timeZone: true,
  capacity: true,
};

const GRADUATED: Readonly<Record<keyof Graduated, true>> = { from: true, step: true, after: true };

/** What has a closed list of fields. */
export type LimitForm = 'limit' | 'gauge' | 'hours' | 'graduated';

const FORMS: Readonly<
  Record<LimitForm, { readonly what: string; readonly fields: readonly string[] }>
> = {
  limit: { what: 'a limit', fields: Object.keys(LIMIT) },
  gauge: { what: 'a limit on a gauge', fields: Object.keys(GAUGE) },
  hours: { what: 'a span of hours', fields: Object.keys(HOURS) },
  graduated: { what: '"graduated"', fields: Object.keys(GRADUATED) },
};

/** The field of a limit, or of a part of one, that means nothing; `undefined` where each means something. */
export function unknownField(value: object, form: LimitForm): string | undefined {
  return Object.keys(value).find((field) => !FORMS[form].fields.includes(field));
}

/** What is wrong with the form of a part of a limit, whose fields can be read where nothing is. */
export function formProblem(value: unknown, form: LimitForm): string | undefined {
  const { what, fields } = FORMS[form];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `expected ${what}, an object of ${fields.join(', ')}, and not ${shownValue(value)}`;
  }
  const unknown = unknownField(value, form);
  if (unknown === undefined) return undefined;
  return `${what} has no ${JSON.stringify(unknown)}; ${suggest(unknown, fields)}`;
}

/** What somebody wrote, as they would know it again: JSON has no NaN and no Infinity. */
export function shownValue(value: unknown): string {
  const isJson = typeof value === 'string' || (typeof value === 'object' && value !== null);
  return isJson ? JSON.stringify(value, plain) : String(value);
}

/** Big numbers and functions stand in words where JSON has none. */
function plain(_: string, value: unknown): unknown {
  const isOther = typeof value === 'number' ? !Number.isFinite(value) : typeof value === 'bigint';
  return isOther ? String(value) : value;
}
