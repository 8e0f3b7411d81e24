import { BROKEN_CHECK } from '../internal/broken-check.ts';
import { untrusted, untrustedLine } from '../prompt/untrusted.ts';
import type { Answer, Finding, ValidationContext, Validator, Verdict } from '../spec/validator.ts';
import { readChanged } from './read-changed.ts';

/** How much of a change a reviewer is shown, in characters. */
const SHOWN = 48_000;
/** How much of the task and of the answer, each. */
const TOLD = 24_000;
/** How many files that are not shown are named. */
const NAMED = 50;
/** How much of such a name, in characters. */
const NAME = 200;

/** How a reviewer has to answer. */
export const VERDICT_FORM =
  'Answer with one JSON object and nothing else: {"verdict": "pass" | "fail", "score": 0 to 1, "findings": ["what is wrong", …]}';

/** Options of `review`. */
export interface ReviewOptions {
  /** Who is asked; the default is the role `reviewer`. */
  readonly role?: string;
  /** What is asked; a check's own value comes before it. */
  readonly question?: string;
  /** Scores below this are a refusal; 0 to 1. */
  readonly threshold?: number;
}

/**
 * Asks another model whether the answer does what the task says, showing it the task, the answer and the changed
 * files. The reviewer answers in JSON; a reply that cannot be read is a refusal of the review, not a pass.
 */
export function review({
  role = 'reviewer',
  question = 'Does the work do what the task asks, correctly and completely?',
  threshold = 0.5,
}: ReviewOptions = {}): Validator {
  return {
    spec: 'validator/1',
    tier: 'overseer',
    validate: async (answer, ctx) => ({
      kind: 'ask',
      of: { role },
      request: await requestFor(answer, ctx, typeof ctx.value === 'string' ? ctx.value : question),
    }),
    conclude: async (reply) => conclude(reply, threshold),
  };
}

async function requestFor(
  answer: Answer,
  ctx: ValidationContext,
  question: string,
): Promise<string> {
  const { task } = ctx;
  const parts = [
    question,
    '',
    untrusted('the task', `${task.title}\n\n${task.instruction}`, TOLD),
    '',
    untrusted('the answer', answer.text, TOLD),
  ];
  parts.push(...(await shownChanges(ctx)));
  parts.push('', VERDICT_FORM);
  return parts.join('\n');
}

/** The changed files as far as there is room, and the names of the others. */
async function shownChanges({ workspace, changed }: ValidationContext): Promise<readonly string[]> {
  if (workspace === undefined) return [];
  if (changed.length === 0) return ['', 'No file was changed.'];
  const lines: string[] = [];
  let room = SHOWN;
  let shown = 0;
  for (const path of changed) {
    if (room <= 0) break;
    const { text, isCut } = await readChanged(workspace, path, room);
    const label = isCut ? `the start of file ${path}` : `file ${path}`;
    lines.push('', untrusted(label, text, room));
    room -= path.length + text.length;
    shown += 1;
  }
  const left = changed.slice(shown);
  if (left.length === 0) return lines;
  const names = left.slice(0, NAMED).map((path) => untrustedLine(path, NAME));
  const list = [...names, ...(left.length > NAMED ? ['and others'] : [])].join('\n');
  const label = `names of changed files that are not shown (${left.length})`;
  return [...lines, '', untrusted(label, list, NAMED * (NAME + 1) + NAME)];
}

function conclude(reply: string, threshold: number): Verdict {
  const parsed = parseReply(reply);
  if (parsed === undefined) {
    return {
      kind: 'fail',
      findings: [
        {
          message: 'The review could not be read: it is not the JSON that was asked for.',
          code: BROKEN_CHECK,
        },
      ],
      evidence: reply.slice(0, 2_000),
    };
  }
  const { verdict, score, findings } = parsed;
  const judged = { ...(score === undefined ? {} : { score }), evidence: reply.slice(0, 2_000) };
  const isEnough = (score ?? 1) >= threshold;
  if (verdict === 'pass' && isEnough) return { kind: 'pass', ...judged };
  const reason = isEnough
    ? 'The reviewer refused it without a reason.'
    : `The reviewer gave it ${score}, and ${threshold} is the least.`;
  return {
    kind: 'fail',
    ...judged,
    findings: findings.length > 0 ? findings : [{ message: reason }],
  };
}

interface Reply {
  readonly verdict: 'pass' | 'fail';
  readonly score: number | undefined;
  readonly findings: readonly Finding[];
}

function parseReply(reply: string): Reply | undefined {
  const from = reply.indexOf('{');
  const to = reply.lastIndexOf('}');
  if (from < 0 || to < from) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(reply.slice(from, to + 1));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('verdict' in value)) return undefined;
  const { verdict } = value;
  if (verdict !== 'pass' && verdict !== 'fail') return undefined;
  const score = 'score' in value && isScore(value.score) ? value.score : undefined;
  const findings = 'findings' in value && Array.isArray(value.findings) ? value.findings : [];
  return { verdict, score, findings: findings.map(toFinding) };
}

/** A score of another scale says nothing. */
function isScore(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function toFinding(value: unknown): Finding {
  if (typeof value === 'string') return { message: value };
  const message =
    typeof value === 'object' && value !== null && 'message' in value ? value.message : value;
  return { message: typeof message === 'string' ? message : JSON.stringify(message) };
}
