import type { PromptSection } from '../spec/index.ts';

/**
 * Makes sections ready to be joined by line feeds into one message: empty ones are left out, and each but the last gets
 * the blank line that parts it from the next, so that every line of the message belongs to exactly one section.
 */
export function joinSections(sections: readonly PromptSection[]): readonly PromptSection[] {
  const filled = sections.filter(({ text }) => text !== '');
  if (filled.length === 1) return filled;
  return filled.map((section, i) =>
    i === filled.length - 1 ? section : { ...section, text: `${section.text}\n` },
  );
}
