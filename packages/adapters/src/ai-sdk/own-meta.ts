import type { JSONObject } from '@ai-sdk/provider';
import type { Meta } from '@overseer/core/spec';

/** The name of this bridge among the providers of a part's data, and before the dot of its own kinds of part. */
export const OWN = 'ai-sdk';

/** A provider's data as it stands in the AI SDK: JSON in both, readonly in ours alone. */
export type ProviderData = Record<string, JSONObject>;

/** A part's data from what a provider sent with it, marked with who that was. */
export function markedMeta(provider: string, data: ProviderData | undefined): Meta {
  return { ...plainMeta(data), [OWN]: { from: provider } };
}

/** A part's data from what a provider sent with it. */
export function plainMeta(data: ProviderData | undefined): Meta {
  return (data ?? {}) as unknown as Meta;
}
