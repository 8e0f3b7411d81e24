/** What a provider says of a request that did not fit, in tokens. */
export interface ReportedOverflow {
  /** What the model takes. */
  readonly window: number | undefined;
  /** What the request had, its room for the answer included where the provider counts that. */
  readonly tokens: number | undefined;
}

const NUMBER = String.raw`(\d[\d,_]*)`;

/** In the words of OpenAI and those who copy it, Anthropic, Google, llama.cpp and LM Studio. */
const WINDOWS: readonly RegExp[] = [
  new RegExp(`(?:maximum|max) context length (?:is|of) ${NUMBER}`),
  new RegExp(`> ${NUMBER} (?:tokens )?maximum`),
  new RegExp(`maximum number of (?:input )?tokens allowed \\(?${NUMBER}`),
  new RegExp(`(?:context (?:length|window|size))[^\\d]{0,40}?${NUMBER} ?tokens?`),
  new RegExp(`context (?:length|window|size)(?: of| is|:| \\()? ?(?:only )?\\(?${NUMBER}`),
];
const TOKENS: readonly RegExp[] = [
  new RegExp(`(?:requested|resulted in|has|have|are|is) (?:about )?${NUMBER} (?:input )?tokens`),
  new RegExp(`${NUMBER} tokens >`),
  new RegExp(`input token count \\(?${NUMBER}`),
  new RegExp(`request \\(${NUMBER} tokens\\)`),
];

/** Reads the window and the size of a request off a provider's refusal; what it does not say is `undefined`. Pure. */
export function reportedOverflow(message: string): ReportedOverflow {
  const text = message.toLowerCase();
  const window = firstOf(WINDOWS, text);
  const tokens = firstOf(TOKENS, text);
  // A request that does not fit is larger than the window; whatever else the number is, it is not its size.
  const isSize = tokens !== undefined && (window === undefined || tokens > window);
  return { window, tokens: isSize ? tokens : undefined };
}

function firstOf(patterns: readonly RegExp[], text: string): number | undefined {
  for (const pattern of patterns) {
    const found = Number(pattern.exec(text)?.[1]?.replace(/[,_]/g, ''));
    if (Number.isSafeInteger(found) && found > 0) return found;
  }
  return undefined;
}
