import type { EventData, StateStore } from '@overseer/core/spec';
import { writeNext } from './handoff-journal.ts';

/** What was answered to a handoff here. */
export interface HandoffAnswered {
  /** Epoch ms. */
  readonly at: number;
  readonly answer: EventData['handoff.answered']['answer'];
}

/** What was answered to a handoff in this store, if anything. */
export async function answeredOf(
  store: StateStore,
  handoff: string,
): Promise<HandoffAnswered | undefined> {
  const [first] = await store.events.read({ stream: answerStream(handoff), after: 0, limit: 1 });
  return first?.type === 'handoff.answered'
    ? { at: first.at, answer: first.data.answer }
    : undefined;
}

/** Answers a handoff where nothing was answered yet, and gives what stands from then on. Throws `StoreError`. */
export async function answerOnce(
  store: StateStore,
  handoff: string,
  answer: HandoffAnswered['answer'],
): Promise<HandoffAnswered | undefined> {
  await writeNext(store, answerStream(handoff), (last) =>
    last === undefined ? { type: 'handoff.answered', data: { handoff, answer } } : undefined,
  );
  return await answeredOf(store, handoff);
}

/** The stream in which a receiver notes what it answered. */
function answerStream(handoff: string): string {
  return `answer/${handoff}`;
}
