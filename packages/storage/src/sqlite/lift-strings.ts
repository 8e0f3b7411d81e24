import type { ValuePath } from './protocol.ts';

/** Strings of more UTF-16 units than this are kept outside of their event, once. */
export const LIFT_ABOVE = 4_096;

/**
 * Takes large strings out of a JSON value: gives a copy with `null` in their places, and hands each to `take`. What
 * UTF-8 cannot carry (half a surrogate pair) stays where it is, and so does what is kept under `__proto__`. Gives the
 * value itself when there is nothing to take.
 */
export function liftStrings(value: unknown, take: Take): unknown {
  return lift(value, undefined, take);
}

/** Puts a lifted string back in its place. */
export function putBack(value: unknown, path: ValuePath, text: string): void {
  let target = value;
  for (const key of path.slice(0, -1)) target = Reflect.get(Object(target), key);
  Reflect.set(Object(target), path.at(-1) ?? '', text);
}

type Fields = Readonly<Record<string, unknown>>;

type Take = (path: ValuePath, text: string) => void;

/** Where the walk is, from the inside out: paths are only written down for what is taken. */
type Place = { readonly key: string | number; readonly outer: Place } | undefined;

function lift(value: unknown, place: Place, take: Take): unknown {
  if (typeof value === 'string') return liftString(value, place, take);
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value)
    ? liftItems(value, place, take)
    : liftFields(value as Fields, place, take);
}

function pathOf(place: Place): ValuePath {
  return place === undefined ? [] : [...pathOf(place.outer), place.key];
}

function liftItems(value: readonly unknown[], outer: Place, take: Take): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let key = 0; key < value.length; key++) {
    const inner = value[key];
    const lifted = lift(inner, { key, outer }, take);
    if (lifted === inner) continue;
    copy ??= [...value];
    copy[key] = lifted;
  }
  return copy ?? value;
}

function liftFields(value: Fields, outer: Place, take: Take): Fields {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    if (key === '__proto__') continue;
    const inner = value[key];
    const lifted = lift(inner, { key, outer }, take);
    if (lifted === inner) continue;
    copy ??= { ...value };
    copy[key] = lifted;
  }
  return copy ?? value;
}

function liftString(value: string, place: Place, take: Take): string | null {
  if (value.length <= LIFT_ABOVE || !value.isWellFormed()) return value;
  take(pathOf(place), value);
  return null;
}
