import type { ReadItem } from '../package/items.ts';
import type { OpenedPackage } from '../package/open-package.ts';

/** Takes what came after a moment out of packages that follow each other. */
export type Cut = (from: OpenedPackage) => OpenedPackage;

/** Each stream ends before its first event that is younger than `at`, epoch ms, and does not go on in a later package. */
export function upTo(at: number | undefined): Cut {
  if (at === undefined) return (from) => from;
  const ended = new Set<string>();
  return (from) => {
    const before = new Set(ended);
    return {
      ...from,
      manifest: {
        ...from.manifest,
        streams: from.manifest.streams.filter(({ name }) => !before.has(name)),
      },
      items: () => partOf(from, at, before, ended),
    };
  };
}

/** Whoever reads it twice has the same twice: only later packages go by what ended in this one. */
async function* partOf(
  from: OpenedPackage,
  at: number,
  before: ReadonlySet<string>,
  ended: Set<string>,
): AsyncGenerator<ReadItem> {
  const over = new Set(before);
  for await (const item of from.items()) {
    if (item.kind === 'blob') yield item;
    else if (item.event.at > at) over.add(item.event.stream);
    else if (!over.has(item.event.stream)) yield item;
  }
  for (const name of over) ended.add(name);
}
