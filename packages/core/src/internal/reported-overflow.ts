/** What a provider says of a request that did not fit, in tokens. */
export interface ReportedOverflow {
  /** What the model takes. */
  readonly window: number | undefined;
  /** What the request had, its room for the answer included where the provider counts that. */
  readonly tokens: number | undefined;
}

const NUMBER = String.raw`(\d[\d,_]{0,12})`;

/** In the words of OpenAI and those who copy it, Anthropic, Google, llama.cpp and LM Studio. */
const WINDOWS: readonly RegExp[] = [
  new RegExp(`(?:maximum|max) context length (?:is|of) ${NUMBER}`, 'g'),
  new RegExp(`> ${NUMBER} (?:tokens )?maximum`, 'g'),
  new RegExp(`maximum number of (?:input )?tokens allowed \\(?${NUMBER}`, 'g'),
  new RegExp(`(?:context (?:length|window|size))[^\\d]{0,40}?${NUMBER} ?tokens?`, 'g'),
  new RegExp(`context (?:length|window|size)(?: of| is|:| \\()? ?(?:only )?\\(?${NUMBER}`, 'g'),
];
const TOKENS: readonly RegExp[] = [
  new RegExp(
    `(?:requested|resulted in|has|have|are|is) (?:about )?${NUMBER} (?:input )?tokens`,
    'g',
  ),
  new RegExp(`${NUMBER} tokens >`, 'g'),
  new RegExp(`input token count \\(?${NUMBER}`, 'g'),
  new RegExp(`request \\(${NUMBER} tokens\\)`, 'g'),
];

/** What a refusal says of sizes stands near its beginning. */
const READ = 1_000;

/** Reads the window and the size of a request off a provider's refusal; what it does not say is `undefined`. Pure. */
export function reportedOverflow(message: string): ReportedOverflow {
  const text = message.slice(0, READ).toLowerCase();
  const [window] = numbersOf(WINDOWS, text);
  // A request that does not fit is larger than the window; whatever else a number is, it is not its size.
  const sizes = numbersOf(TOKENS, text).filter((tokens) => tokens > (window ?? 0));
  return { window, tokens: sizes.length === 0 ? undefined : Math.max(...sizes) };
}

function numbersOf(patterns: readonly RegExp[], text: string): readonly number[] {
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((found) => {
      const value = Number(found[1]?.replace(/[,_]/g, ''));
      return Number.isSafeInteger(value) && value > 0 ? [value] : [];
    }),
  );
}
