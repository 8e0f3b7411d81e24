import assert from 'node:assert/strict';
import { OverseerError } from '../errors/overseer-error.ts';
import type { Answer, Ask, ValidationContext, Validator, Verdict } from '../spec/validator.ts';
import type { ConformanceRule } from './rule.ts';

/** How the rules get at the validator they judge. */
export interface ValidatorSubject {
  readonly validator: Validator;
  /** Makes a case that the validator must pass. */
  readonly right: () => Promise<ValidatorScene>;
  /** Makes a case that it must fail. */
  readonly wrong: () => Promise<ValidatorScene>;
  /** For validators that ask: the replies from which it must conclude a pass and a fail. */
  readonly replies?: { readonly right: string; readonly wrong: string };
}

/** An answer and where to look at it; closing it removes what was made for it. */
export interface ValidatorScene extends AsyncDisposable {
  readonly answer: Answer;
  readonly ctx: ValidationContext;
}

const TIERS: readonly string[] = ['automated', 'tool', 'peer', 'overseer', 'person'];

/** A check that is told to stop has this long. */
const STOP_MS = 1_000;

/** What every `Validator` must keep. Each rule judges a case of its own. */
export function validatorConformance(subject: ValidatorSubject): ConformanceRule[] {
  return [
    { name: 'V1: it names its tier', check: async () => describes(subject.validator) },
    { name: 'V1: it passes what is right', check: () => passes(subject) },
    { name: 'V2: it fails what is wrong, with findings to repair', check: () => refuses(subject) },
    { name: 'V1: the same case gets the same verdict', check: () => repeats(subject) },
    { name: 'V1: an aborted check gives no verdict, and ends soon', check: () => stops(subject) },
  ];
}

function describes(validator: Validator): void {
  assert.equal(validator.spec, 'validator/1');
  assert.ok(TIERS.includes(validator.tier), `the tier ${validator.tier}`);
}

async function passes(subject: ValidatorSubject): Promise<void> {
  await using scene = await subject.right();
  const verdict = await judge(subject, scene, subject.replies?.right);
  assert.equal(verdict.kind, 'pass', JSON.stringify(verdict));
  checkScore(verdict);
}

async function refuses(subject: ValidatorSubject): Promise<void> {
  await using scene = await subject.wrong();
  const verdict = await judge(subject, scene, subject.replies?.wrong);
  assert.ok(verdict.kind === 'fail', `what is wrong passed: ${JSON.stringify(verdict)}`);
  checkScore(verdict);
  assert.ok(verdict.findings.length > 0, 'a failure without a finding');
  for (const finding of verdict.findings) {
    assert.ok(finding.message.trim() !== '', 'a finding without words');
    assert.ok(finding.line === undefined || finding.line >= 1, `line ${finding.line}`);
    assert.ok(finding.column === undefined || finding.column >= 1, `column ${finding.column}`);
  }
  assert.deepEqual(JSON.parse(JSON.stringify(verdict)), verdict, 'the verdict is not JSON');
}

async function repeats(subject: ValidatorSubject): Promise<void> {
  for (const [make, reply] of [
    [subject.right, subject.replies?.right],
    [subject.wrong, subject.replies?.wrong],
  ] as const) {
    await using scene = await make();
    const first = await judge(subject, scene, reply);
    assert.equal(
      (await judge(subject, scene, reply)).kind,
      first.kind,
      'the second verdict differs',
    );
  }
}

/** A validator that has nothing to wait for may answer even so; none may give a wrong verdict. */
async function stops(subject: ValidatorSubject): Promise<void> {
  await using scene = await subject.wrong();
  const startedAt = performance.now();
  const ctx = { ...scene.ctx, signal: AbortSignal.abort() };
  const outcome = await validate(subject.validator, { ...scene, ctx }).catch((error) => {
    assert.ok(error instanceof Error, 'something else than an error was thrown');
    return undefined;
  });
  assert.ok(performance.now() - startedAt < STOP_MS, `it took more than ${STOP_MS} ms to stop`);
  assert.notEqual(outcome?.kind, 'pass', 'an aborted check passed');
}

/** What a validator answers or throws, at once or later. */
async function validate(
  validator: Validator,
  { answer, ctx }: Pick<ValidatorScene, 'answer' | 'ctx'>,
): Promise<Verdict | Ask> {
  return await validator.validate(answer, ctx);
}

async function judge(
  { validator }: ValidatorSubject,
  scene: ValidatorScene,
  reply: string | undefined,
): Promise<Verdict> {
  const outcome = await validate(validator, scene).catch((error) => {
    assert.ok(OverseerError.is(error), `threw something else than an OverseerError: ${error}`);
    throw error;
  });
  if (outcome.kind !== 'ask') return outcome;
  checkAsk(outcome);
  assert.ok(validator.conclude !== undefined, 'it asks, and cannot conclude');
  assert.ok(reply !== undefined, 'it asks, and the rules were given no replies');
  return await validator.conclude(reply, scene.ctx);
}

function checkAsk(ask: Ask): void {
  assert.ok(ask.request.trim() !== '', 'an empty question');
  const whom = 'role' in ask.of ? ask.of.role : ask.of.person;
  assert.ok(whom.trim() !== '', 'a question to nobody');
}

function checkScore({ score }: Verdict): void {
  assert.ok(score === undefined || (score >= 0 && score <= 1), `the score ${score}`);
}
