import type { Message, ModelWarning } from '@overseer/core/spec';

/** Where a wire takes what the system says once a conversation has begun, in words for its warnings. */
export interface SystemPlaces {
  /** Who is asked, as a sentence begins. */
  readonly who: string;
  /** At the front alone, or also between what was said to a model and its answer. */
  readonly late: 'front' | 'before-answers';
}

/**
 * A conversation whose messages of the system stand where its wire takes them. One from the middle keeps the answers that it
 * comes before, by standing right before the next of them, where the wire takes it there; else it goes to the front, with a
 * warning, since it then speaks of what was said before it too. Where none is in the middle it is the same list.
 */
export function placeSystem(
  messages: readonly Message[],
  { who, late }: SystemPlaces,
  warnings: ModelWarning[],
): readonly Message[] {
  const begins = messages.findIndex(({ role }) => role !== 'system');
  const talk = begins < 0 ? [] : messages.slice(begins);
  if (!talk.some(isSystem)) return messages;
  const placed: Message[] = [];
  let waiting: Message[] = [];
  for (const message of talk) {
    if (isSystem(message)) {
      waiting.push(message);
      continue;
    }
    if (message.role === 'assistant') settle();
    placed.push(message);
  }
  settle();
  if (waiting.length > 0) {
    const detail = `${who} messages of the system at the front alone; ${waiting.length} from the middle went there`;
    warnings.push({ kind: 'adjusted', what: 'system', detail });
  }
  return [...messages.slice(0, begins), ...waiting, ...placed];

  /** Two answers in a row have no place between them. */
  function settle(): void {
    if (late === 'front' || placed.at(-1)?.role === 'assistant') return;
    placed.push(...waiting);
    waiting = [];
  }
}

function isSystem({ role }: Message): boolean {
  return role === 'system';
}

/** Whether a model of Anthropic takes messages of the system in the middle: from Opus 4.8 and the fifth generation on. */
export function claudeTakesLateSystem(modelId: string): boolean {
  return /^claude-(opus-4-([89]|\d\d)|[a-z]+-([5-9]|[1-9]\d))(-|$)/.test(modelId);
}
