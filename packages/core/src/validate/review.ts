import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer, Finding, ValidationContext, Validator, Verdict } from '../spec/validator.ts';

/** How much of a change a reviewer is shown, in characters. */
const SHOWN = 48_000;

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
    `The task was: ${task.title}`,
    '',
    task.instruction,
    '',
    'The worker said:',
    fence(answer.text),
  ];
  let room = SHOWN;
  for (const path of ctx.changed) {
    const text = await readChanged(ctx.workspace, path);
    const shown = text.slice(0, room);
    room -= shown.length;
    parts.push('', `File ${path}${shown.length < text.length ? ' (cut)' : ''}:`, fence(shown));
    if (room <= 0) break;
  }
  parts.push(
    '',
    'Answer with one JSON object and nothing else: {"verdict": "pass" | "fail", "score": 0 to 1, "findings": ["what is wrong", …]}',
  );
  return parts.join('\n');
}

/** The fence is longer than any in the text, so that the text cannot end it. */
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}\n${text}\n${mark}`;
}

async function readChanged(workspace: string | undefined, path: string): Promise<string> {
  if (workspace === undefined) return '';
  const file = join(workspace, path);
  const stat = await lstat(file).catch(() => undefined);
  if (stat === undefined) return '(deleted)';
  // What a link points to may lie outside the workspace and is none of the reviewer's business.
  if (!stat.isFile()) return '(not a regular file)';
  return await readFile(file, 'utf8');
}

function conclude(reply: string, threshold: number): Verdict {
  const parsed = parseReply(reply);
  if (parsed === undefined) {
    return {
      kind: 'fail',
      findings: [
        { message: 'The review could not be read: it is not the JSON that was asked for.' },
      ],
      evidence: reply.slice(0, 2_000),
    };
  }
  const { verdict, score, findings } = parsed;
  if (verdict === 'pass' && (score ?? 1) >= threshold) {
    return {
      kind: 'pass',
      ...(score === undefined ? {} : { score }),
      evidence: reply.slice(0, 2_000),
    };
  }
  return {
    kind: 'fail',
    ...(score === undefined ? {} : { score }),
    findings:
      findings.length > 0 ? findings : [{ message: 'The reviewer refused it without a reason.' }],
    evidence: reply.slice(0, 2_000),
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
  const score = 'score' in value && typeof value.score === 'number' ? value.score : undefined;
  const findings = 'findings' in value && Array.isArray(value.findings) ? value.findings : [];
  return { verdict, score, findings: findings.map(toFinding) };
}

function toFinding(value: unknown): Finding {
  if (typeof value === 'string') return { message: value };
  const message =
    typeof value === 'object' && value !== null && 'message' in value ? value.message : value;
  return { message: typeof message === 'string' ? message : JSON.stringify(message) };
}
