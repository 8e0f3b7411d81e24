import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OverseerError, textTokens } from '@overseer/core/plugin';
import type { TaskGraph } from '@overseer/core/spec';
import { specKit } from '@overseer/frameworks/spec-kit';
import type { EvalFigure, EvalReport } from '../harness/eval-work.ts';
import { taskFiles } from '../spec-kit/task-files.ts';
import { historyUse, repaired } from './repeated-history.ts';
import { prefixUse, usdSavedBy } from './shared-prefix.ts';
import { workedRequests } from './worked-requests.ts';

/** What prompts of the tasks of real documents save. */
export async function documentFigures(corpus: string): Promise<EvalReport> {
  let [calls, tasks, tokens, shared, cacheable] = [0, 0, 0, 0, 0];
  let [firstTokens, firstCacheable, told, whole, extract, documents] = [0, 0, 0, 0, 0, 0];
  let unread = 0;
  for (const { path, text } of taskFiles(corpus)) {
    const graph = await graphOf(join(corpus, path));
    if (graph === undefined) {
      unread += 1;
      continue;
    }
    const requests = await workedRequests(graph, text);
    const first = requests.filter(({ messages }) => messages.length === 2);
    const [all, ofFirst] = [prefixUse(requests), prefixUse(first)];
    const history = historyUse([0, 1, 2].map((nth) => repaired(text.slice(0, 10_000), nth)));
    calls += requests.length;
    tasks += first.length;
    tokens += all.tokens;
    shared += all.shared;
    cacheable += all.cacheable;
    firstTokens += ofFirst.tokens;
    firstCacheable += ofFirst.cacheable;
    told += history.tokens;
    whole += history.whole;
    extract += first.length * textTokens(graph.context ?? '');
    documents += first.length * textTokens(documentsOf(join(corpus, path)));
  }
  const share = (part: number, of: number): number => (100 * part) / of;
  const figure = (
    subject: string,
    metric: string,
    unit: string,
    value: number,
    n: number,
  ): EvalFigure => ({
    subject: `documents/${subject}`,
    metric,
    unit,
    value,
    n,
  });
  return {
    figures: [
      figure('prefix', 'shared', '% of prompt tokens', share(shared, tokens), calls),
      figure('prefix', 'cacheable', '% of prompt tokens', share(cacheable, tokens), calls),
      figure('prefix', 'usdSaved', '% of input', usdSavedBy({ tokens, shared, cacheable }), calls),
      figure(
        'prefix-first-calls',
        'cacheable',
        '% of prompt tokens',
        share(firstCacheable, firstTokens),
        tasks,
      ),
      figure(
        'history',
        'tokensSaved',
        '% of what is told of refused answers',
        share(whole - told, whole),
        tasks,
      ),
      figure(
        'extract',
        'tokensSaved',
        '% of spec.md and plan.md',
        share(documents - extract, documents),
        tasks,
      ),
    ],
    notes: [
      `documents: ${tasks} tasks in ${calls} calls; ${unread} documents have nothing to do or cannot be worked.`,
      'documents/extract: what prompts carry of spec.md and plan.md against the whole of them; whether that costs quality is not measured, so that it is in no other figure.',
    ],
  };
}

async function graphOf(file: string): Promise<TaskGraph | undefined> {
  try {
    const graph = await specKit(file);
    return graph.tasks.length === 0 ? undefined : graph;
  } catch (error) {
    if (OverseerError.is(error)) return undefined;
    throw error;
  }
}

function documentsOf(file: string): string {
  return ['spec.md', 'plan.md']
    .map((name) => join(dirname(file), name))
    .map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''))
    .join('\n');
}
