import type { MockRequest } from '@overseer/adapters/mock-llm';

/** What a request asks of a model, as its prompt says it. */
export interface AskedTask {
  /** What its heading `# Task <key>: <title>` says; both are empty where there is none. */
  readonly key: string;
  readonly title: string;
  readonly kind: 'plan' | 'review' | 'work';
  /** Whether an earlier attempt gave an answer that was refused; one that gave none does not count. */
  readonly isRepair: boolean;
  /** The whole prompt, without the system text. */
  readonly prompt: string;
}

/** Reads the task out of a request's first message. */
export function askedTask({ messages }: MockRequest): AskedTask {
  const prompt = messages.find(({ role }) => role === 'user')?.text ?? '';
  const [, key = '', title = ''] = /^# Task (\S+): (.*)$/m.exec(prompt) ?? [];
  return { key, title, kind: kindOf(key, title), isRepair: isRepair(prompt), prompt };
}

function kindOf(key: string, title: string): AskedTask['kind'] {
  if (/\/review\b/.test(key) || /^review\b/i.test(title)) return 'review';
  return key === 'plan' || /^plan\b/i.test(title) ? 'plan' : 'work';
}

function isRepair(prompt: string): boolean {
  const attempts = prompt.split(/\bEarlier attempt\b/).slice(1);
  return attempts.some((attempt) => !attempt.includes('It gave no answer.'));
}
