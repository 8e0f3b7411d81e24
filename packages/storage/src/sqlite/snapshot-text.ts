import { setImmediate } from 'node:timers/promises';
import type { Json } from '@overseer/core/spec';

/** Characters that are made before everything else has its turn: a few ms of work. */
const AT_ONCE = 200_000;
/** Lists and objects are taken apart so far down, where the long lists of a snapshot are; what is below is short. */
const DEPTH = 4;

/** The body of a snapshot as JSON, which may be megabytes: made a few ms at a time, while the body must not change. */
export async function snapshotText(body: Json): Promise<string> {
  const pieces: string[] = [];
  let made = 0;
  for (const piece of piecesOf(body, DEPTH)) {
    pieces.push(piece);
    made += piece.length;
    if (made < AT_ONCE) continue;
    made = 0;
    await setImmediate();
  }
  return pieces.join('');
}

function* piecesOf(value: Json | undefined, depth: number): Generator<string, void> {
  if (depth === 0 || typeof value !== 'object' || value === null) {
    yield JSON.stringify(value ?? null);
  } else if (Array.isArray(value)) {
    let before = '[';
    for (const item of value) {
      yield before;
      yield* piecesOf(item, depth - 1);
      before = ',';
    }
    yield before === '[' ? '[]' : ']';
  } else {
    let before = '{';
    for (const [name, item] of Object.entries(value)) {
      // As JSON does with fields that say nothing.
      if (item === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* piecesOf(item, depth - 1);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  }
}
