import type { ReadItem } from '../package/items.ts';
import type { OpenedPackage } from '../package/open-package.ts';

/** Takes what came after a moment out of packages that follow each other. */
export type Cut = (from: OpenedPackage) => OpenedPackage;

/** Each stream ends before its first event that is younger than `at`, epoch ms, and does not go on in a later package. */
export function upTo(at: number | undefined): Cut {
  if (at === undefined) return (from) => from;
  const ended = new Set<string>();
  const isIn = (item: ReadItem): boolean => {
    if (item.kind === 'blob') return true;
    if (item.event.at > at) ended.add(item.event.stream);
    return !ended.has(item.event.stream);
  };
  return (from) => ({
    ...from,
    manifest: {
      ...from.manifest,
      streams: from.manifest.streams.filter(({ name }) => !ended.has(name)),
    },
    items: async function* () {
      for await (const item of from.items()) if (isIn(item)) yield item;
    },
  });
}
