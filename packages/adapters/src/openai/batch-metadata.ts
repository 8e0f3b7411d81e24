/** Marks batches of ours. */
const MARK = 'overseer';
/** What a batch's metadata may hold: 16 values of 512 characters, one of which is the mark. */
const VALUES = 15;
const CHARACTERS = 512;

/** What a batch says of itself: the ids of its requests where they have room, so that a list of batches tells which is where. */
export function metadataOf(ids: readonly string[]): Record<string, string> {
  const metadata: Record<string, string> = { [MARK]: 'batch/1' };
  const perValue = Math.floor((CHARACTERS + 1) / ((ids[0]?.length ?? 0) + 1));
  if (ids.length > perValue * VALUES) return metadata;
  for (let start = 0; start < ids.length; start += perValue) {
    metadata[`ids${start / perValue}`] = ids.slice(start, start + perValue).join(' ');
  }
  return metadata;
}

/** The ids that a batch's metadata names; none where they had no room, `undefined` where it is not ours. */
export function idsOfBatch(
  metadata: Readonly<Record<string, string>> | undefined | null,
): ReadonlySet<string> | undefined {
  if (metadata?.[MARK] !== 'batch/1') return undefined;
  const values = Object.entries(metadata).filter(([name]) => name.startsWith('ids'));
  return new Set(values.flatMap(([, value]) => value.split(' ')));
}
