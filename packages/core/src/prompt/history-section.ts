import type { Finding, PromptSection } from '../spec/index.ts';
import type { PromptCaps } from './prompt-caps.ts';
import type { PromptAttempt } from './prompt-input.ts';
import { withoutRepeats } from './repeated-lines.ts';
import { untrusted, untrustedLine } from './untrusted.ts';

/**
 * Tells the model what was tried before and what was wrong with it; the latest attempt comes last and whole, the others
 * without what they have in common with it.
 */
export function historySection(history: readonly PromptAttempt[], caps: PromptCaps): PromptSection {
  if (history.length === 0) return NO_ATTEMPT;
  const shown = history.slice(-caps.attempts);
  const left = history.length - shown.length;
  const whole = shown.findLastIndex(({ answer }) => answer.trim() !== '');
  const latest = shown[whole]?.answer ?? '';
  const parts = shown.map((attempt, i) => {
    // Lines of an answer that is cut itself might be nowhere.
    const isSaid = i < whole && latest.length <= caps.answer;
    const answer = isSaid
      ? withoutRepeats(attempt.answer, latest, `attempt ${left + whole + 1}`)
      : attempt.answer;
    return attemptText({ ...attempt, answer }, left + i + 1, caps);
  });
  const note = left === 0 ? '' : ` The first ${left} are left out.`;
  const text =
    shown.length === 0
      ? ''
      : `# Earlier attempts at this task\nCorrect what was wrong; keep what was right.${note}\n\n${parts.join('\n\n')}`;
  return { ...NO_ATTEMPT, text };
}

const NO_ATTEMPT: PromptSection = { layer: 'history', id: 'attempts', version: '3', text: '' };

function attemptText(
  { answer, findings, because }: PromptAttempt,
  number: number,
  caps: PromptCaps,
): string {
  const lines = [
    `## Earlier attempt ${number}`,
    `Not accepted: ${untrustedLine(reason(because, findings), 500)}`,
  ];
  lines.push(
    answer.trim() === ''
      ? 'It gave no answer.'
      : untrusted(`the answer of attempt ${number}`, answer, caps.answer),
  );
  if (findings.length > 0) {
    const text = findings.map(findingLine).join('\n');
    lines.push(untrusted(`what was wrong with attempt ${number}`, text, caps.findings));
  }
  return lines.join('\n');
}

/** Why it was not accepted, without the finding that stands below in full. */
function reason(because: string, [first]: readonly Finding[]): string {
  const said = first === undefined ? -1 : because.indexOf(`: ${first.message}`);
  return said < 1 ? because : because.slice(0, said);
}

function findingLine({ file, line, column, code, message }: Finding): string {
  const place = [file, line, line === undefined ? undefined : column]
    .filter((part) => part !== undefined)
    .join(':');
  const head = [place, code].filter((part) => part !== undefined && part !== '').join(' ');
  return `- ${head === '' ? '' : `${head}: `}${message}`;
}
