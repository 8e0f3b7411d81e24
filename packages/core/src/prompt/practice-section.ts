import type { PromptSection } from '../spec/index.ts';
import type { PromptPractices } from './prompt-input.ts';
import { untrusted, untrustedLine } from './untrusted.ts';

const NOTES = 5;
const NOTE_LENGTH = 500;
const FINDINGS = 5;
const FINDING_LENGTH = 160;

/** Tells a model what people noted about it, and what its answers were refused for more than once. Empty where nothing is known. */
export function practiceSection(practices: PromptPractices | undefined): PromptSection {
  if (practices === undefined) return NOTHING_KNOWN;
  const notes = practices.notes.slice(-NOTES).map((note) => `- ${shortened(note)}`);
  const findings = practices.findings
    .slice(0, FINDINGS)
    .map((finding) => `- ${untrustedLine(finding, FINDING_LENGTH)}`);
  const parts = [
    ...notes,
    ...(findings.length === 0
      ? []
      : [
          'Answers like yours were refused more than once for what follows; see that yours is not:',
          untrusted('what was wrong before', findings.join('\n'), FINDINGS * (FINDING_LENGTH + 4)),
        ]),
  ];
  const text = parts.length === 0 ? '' : `# What is known of such work\n${parts.join('\n')}`;
  return { ...NOTHING_KNOWN, text };
}

const NOTHING_KNOWN: PromptSection = { layer: 'model', id: 'practices', version: '1', text: '' };

/** A note is a person's word, and one line. */
function shortened(note: string): string {
  return untrustedLine(note, NOTE_LENGTH);
}
