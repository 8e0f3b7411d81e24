import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EvalReport, EvalSetting, EvalWork } from '../harness/eval-work.ts';
import { dataFiles, nameOf } from '../routing/rows.ts';
import { documentFigures } from '../savings/document-figures.ts';
import { questionFigures } from '../savings/question-figures.ts';

/** What each lever saves beside the same without it, and all together beside a plain team, with what they lose. */
export const work: EvalWork = {
  summary:
    'tokens and dollars saved by cascade, router, cache and prompts, each alone and all together',
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
  '`cascade-checked` has a check that knows the grades, as tests of a program know them; it needs no labels, finds nothing in particular that is wrong, and what both models answer wrong fails after two attempts. `cascade-…` has the check of sums alone, and learned from labelled questions.',
  'strongTokens are those of the strong model, tokens those of both. A cascade pays for both answers, so that it may save dear tokens and spends more in all; what that comes to is in usd ($24.70 and $0.24 per million, as in RouteLLM’s paper).',
  '`compact-prompts` and `…-together` are measured beside a plain team (the strong model alone, all that prompts said before, no cache); all others beside the strong model alone with the same prompts and no cache.',
  '`…-held` takes the setting that saves most of those at which no labelled question is lost on balance, each predicted by what was learned of the others; the other settings are the same in all of the 5 partings, and what is said of the best of them was seen on the questions that it is tested on.',
  '`oracle` knows the grades and calls the strong model where it alone is right: nobody who gives every right answer that either has saves more of its calls.',
  '`lossError` is the standard error of the mean loss over the 5 partings. They share most of their questions, so that it is smaller than it would be over other questions; `lossHalfInterval` is not.',
  'MMLU has no answers, only grades: an answer is taken for one token, no cascade can be measured, and nothing is known before the call but the question.',
  'The grades are of answers to other prompts than ours. `compact-prompts` leaves out what has nothing to refer to in a prompt (how delimiters are to be read that do not occur in it) and what is said twice; that this changes no answer is taken for granted, not measured. It is counted against what these prompts said before.',
  'The cache saves what the data repeats, and real work may repeat more or less.',
  'Prefixes are those of simulated work (each task of real documents reads a file, writes one and says so, one after the other), and counted as a provider would that keeps beginnings of 1,024 tokens and more for a tenth of the price and takes nothing for keeping them. The prompts are the same, so that quality is.',
  '`history` is the part of a prompt that tells of three refused answers; the texts are real documents, the repairs made up: one line each. Nothing is lost in it: what is left out is said where it stands.',
];
