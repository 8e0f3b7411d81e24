import type { Json } from '@overseer/core/spec';
import type { RecordedRequest } from './recorded.ts';

/** A request as it is compared: every value in it under its path, such as `body.messages.0.content`. */
export type Features = ReadonlyMap<string, string>;

/**
 * What of a request is compared: method, path with the kept query, and the body, by value and not by its spelling. Never
 * the host and the headers, nor what `ignore` names: fields of a JSON body by path, where `*` stands for any one step.
 */
export function featuresOf(request: RecordedRequest, ignore: readonly string[]): Features {
  const features = new Map([
    ['method', request.method],
    ['path', request.path],
  ]);
  const { body } = request;
  if (body === undefined) return features;
  if (body.kind !== 'json') return features.set('body', JSON.stringify(withoutBoundary(request)));
  const ignored = ignore.map((path) => path.split('.'));
  for (const [path, value] of leavesOf(body.value, [])) {
    if (!ignored.some((steps) => isBelow(path, steps)))
      features.set(['body', ...path].join('.'), value);
  }
  return features;
}

/** A form's parts have a line between them that is another one each time. */
function withoutBoundary({ headers, body }: RecordedRequest): Json {
  if (body === undefined || body.kind === 'json') return null;
  const [, boundary] = FORM.exec(headers['content-type'] ?? '') ?? [];
  if (boundary === undefined) return body.value;
  const isText = body.kind === 'text';
  const text = isText ? body.value : Buffer.from(body.value, 'base64').toString('latin1');
  return text.replaceAll(boundary, '');
}

const FORM = /^multipart\/.*\bboundary="?([^";]+)/i;

/** The same for equal requests, and for no other. */
export function keyOf(features: Features): string {
  return JSON.stringify([...features].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** How much two requests have in common: 2 for the method and path, and the share of their values, up to 1; of two that differ, what they begin with alike. */
export function likeness(a: Features, b: Features): number {
  let same = 0;
  for (const [path, value] of a) {
    const other = b.get(path);
    if (other === undefined) continue;
    same += other === value ? 1 : alike(value, other) / Math.max(value.length, other.length);
  }
  const place = a.get('path') === b.get('path') && a.get('method') === b.get('method') ? 2 : 0;
  return place + same / Math.max(a.size, b.size);
}

/** What differs, a line for each value, and at most eight lines. */
export function differences(recorded: Features, asked: Features): readonly string[] {
  const paths = [...new Set([...recorded.keys(), ...asked.keys()])];
  const lines = paths
    .filter((path) => recorded.get(path) !== asked.get(path))
    .map((path) => differenceOf(path, recorded.get(path), asked.get(path)));
  const more = lines.length - MOST_LINES;
  return more > 0 ? [...lines.slice(0, MOST_LINES), `and ${more} more`] : lines;
}

const MOST_LINES = 8;
const MOST_SHOWN = 80;

/** Of what two long texts begin with alike, so much is shown. */
const SHOWN_BEFORE = 20;

function differenceOf(
  path: string,
  recorded: string | undefined,
  asked: string | undefined,
): string {
  const from = Math.max(0, alike(recorded ?? '', asked ?? '') - SHOWN_BEFORE);
  return `${path}: recorded ${shown(recorded, from)}, asked ${shown(asked, from)}`;
}

function shown(value: string | undefined, from: number): string {
  if (value === undefined) return 'nothing';
  if (value.length <= MOST_SHOWN) return value;
  const to = from + MOST_SHOWN;
  return `${from > 0 ? '…' : ''}${value.slice(from, to)}${value.length > to ? '…' : ''}`;
}

/** How many characters two texts have alike from their beginning. */
function alike(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

function* leavesOf(
  value: Json,
  path: readonly string[],
): Iterable<readonly [path: readonly string[], value: string]> {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (inner.length === 0) yield [path, JSON.stringify(value)];
  for (const [name, item] of inner) {
    if (item !== undefined) yield* leavesOf(item, [...path, name]);
  }
}

function isBelow(path: readonly string[], steps: readonly string[]): boolean {
  return (
    steps.length <= path.length && steps.every((step, at) => step === '*' || step === path[at])
  );
}
