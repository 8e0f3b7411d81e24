import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EvalReport, EvalSetting, EvalWork } from '../harness/eval-work.ts';
import { dataFiles, nameOf } from '../routing/rows.ts';
import { documentFigures } from '../savings/document-figures.ts';
import { questionFigures } from '../savings/question-figures.ts';

/** What each lever saves against the strong model alone, at a quality that the questions cannot tell from its own. */
export const work: EvalWork = {
  summary:
    'tokens and dollars saved against the strong model alone: cascade, router, cache, prompts, together',
  evaluate: evaluateSavings,
};

async function evaluateSavings({ data, progress }: EvalSetting): Promise<EvalReport> {
  const reports: EvalReport[] = [];
  for (const file of dataFiles(data)) {
    progress(`savings: ${nameOf(file)}`);
    reports.push(await questionFigures(file));
  }
  const documents = documentsBeside(data);
  if (documents === undefined) {
    progress('savings: no task files (set OVERSEER_DATA to a folder that has specs/)');
  } else {
    progress('savings: task files');
    reports.push(await documentFigures(documents));
  }
  return {
    figures: reports.flatMap(({ figures }) => figures),
    notes: [...reports.flatMap(({ notes }) => notes), ...CAVEATS],
  };
}

/** Beside the folder of questions, where both are of one corpus. */
function documentsBeside(data: string | undefined): string | undefined {
  const folder = process.env['OVERSEER_DATA'];
  const places = [
    ...(folder === undefined ? [] : [join(folder, 'specs')]),
    ...(data === undefined ? [] : [join(data, '..', 'specs'), join(data, '..', '..', 'specs')]),
  ];
  return places.find((place) => existsSync(place));
}

const CAVEATS: readonly string[] = [
  'Equal quality: the loss against the strong model alone, question by question, is not above half of its 95 % confidence interval; `loss` and its bar, that half, stand beside each other. Absence of a difference that can be told is no proof that there is none.',
  '`cascade-checked` has a check that knows the grades, as tests of a program know them; it needs no labels, and what both models answer wrong fails after two attempts. `cascade-…` has the check of sums alone, and learned from labelled questions.',
  'strongTokens are those of the strong model, tokens those of both. A cascade pays for both answers, so that it saves the dear tokens and spends more in all; what that comes to is in usd ($24.70 and $0.24 per million, as in RouteLLM’s paper).',
  'The settings were looked for on these same halves of the data; the labels that are learned from are another random part of it in each of 5 partings.',
  'MMLU has no answers, only grades: an answer is taken for one token, no cascade can be measured, and nothing is known before the call but the question.',
  'The grades are of answers to other prompts than ours. `compact-prompts` leaves out what has nothing to refer to in a prompt (how delimiters are to be read that do not occur in it) and what is said twice; that this changes no answer is taken for granted, not measured. It is counted against what these prompts said before.',
  'The cache saves what the data repeats, and real work may repeat more or less.',
  'Prefixes are those of simulated work (each task of real documents reads a file, writes one and says so, one after the other), and counted as a provider would that keeps beginnings of 1,024 tokens and more for a tenth of the price and takes nothing for keeping them. The prompts are the same, so that quality is.',
  '`history` is the part of a prompt that tells of three refused answers; the texts are real documents, the repairs made up: one line each. Nothing is lost in it: what is left out is said where it stands.',
];
