import type { JsonObject, StateStore } from '@overseer/core/spec';
import { importStore } from '../package/import-store.ts';
import { fingerprintOf, keyPairOf } from '../package/keys.ts';
import type { OpenedPackage } from '../package/open-package.ts';
import { type Receipt, signReceipt } from '../package/receipt.ts';
import { answeredOf, answerOnce, type HandoffAnswered } from './answer-once.ts';
import { HandoffError } from './handoff-error.ts';
import { projectStream, writeNext } from './handoff-journal.ts';
import { type HandoffTeam, missingIn, type NamedByTasks } from './needs-of.ts';

/** Who takes a project. */
export interface AcceptOptions {
  readonly store: StateStore;
  /** The secret key of whom it is for; it signs the receipt. */
  readonly secret: string;
  /** Who is to work on it. */
  readonly team: HandoffTeam;
}

/** A project that was taken. */
export interface AcceptedHandoff {
  readonly project: string;
  readonly receipt: Receipt;
  /** What the sender sealed for nobody but the receiver: keep it out of logs. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Takes a project from a package that `openPackage` checked (give it `from`: whom you trust). Where the team lacks what open tasks
 * name, it is refused before anything is written. From the last step on an overseer can work on it here. Broken off or done again it
 * comes to the same, with the same receipt. Throws `HandoffError`: `handoff.none` for a package that is no handoff, `handoff.other`
 * for one that is another's, `handoff.unfit`, `handoff.refused-here` for one that was refused here; and what `importStore` throws.
 */
export async function acceptHandoff(
  opened: OpenedPackage,
  { store, secret, team }: AcceptOptions,
): Promise<AcceptedHandoff> {
  const { handoff, project, receiver, needs, secrets } = aboutOf(opened);
  const { public: own } = keyPairOf(secret);
  if (receiver !== own) {
    throw new HandoffError(
      'handoff.other',
      `${project} was handed off to ${fingerprintOf(receiver)}, and this is the key of ${fingerprintOf(own)}: use theirs.`,
    );
  }
  const stream = projectStream(project);
  const end = opened.manifest.streams.find(({ name }) => name === stream);
  if (end === undefined) throw none(opened);
  const heads = { [stream]: end.head };
  const receivedAt = async (): Promise<number | undefined> => {
    const [next] = await store.events.read({ stream, after: end.head, limit: 1 });
    const isOurs = next?.type === 'handoff.received' && next.data.handoff === handoff;
    return isOurs && next.data.sender === opened.manifest.sender ? next.at : undefined;
  };
  const answer = (at: number): AcceptedHandoff => {
    return { project, receipt: signReceipt(opened, heads, secret, at), secrets };
  };
  const before = await receivedAt();
  if (before !== undefined) return answer(before);
  requireNotRefused(project, await answeredOf(store, handoff));
  const missing = missingIn(team, needs);
  if (missing.length > 0) {
    throw new HandoffError(
      'handoff.unfit',
      `${project} cannot go on here: its open tasks need ${missing.join(', ')}. Add them to the team, then accept it again.`,
    );
  }
  await importStore(opened, store);
  const { sender } = opened.manifest;
  // Once and for all, before it is worked here: from now on nobody gets a refusal for it.
  const taken = { kind: 'taken', package: opened.hash, sender } as const;
  requireNotRefused(project, await answerOnce(store, handoff, taken));
  await writeNext(store, stream, (last) =>
    last?.seq === end.head
      ? { type: 'handoff.received', data: { handoff, package: opened.hash, sender } }
      : undefined,
  );
  const at = await receivedAt();
  if (at !== undefined) return answer(at);
  throw new HandoffError(
    'handoff.other',
    `${store.name} has gone on with ${project} from where it was handed off: two cannot work on it. Accept it into another store.`,
  );
}

function requireNotRefused(project: string, answered: HandoffAnswered | undefined): void {
  if (answered?.answer.kind !== 'refused') return;
  throw new HandoffError(
    'handoff.refused-here',
    `${project} was refused here at ${new Date(answered.at).toISOString()} (${answered.answer.because}), and its sender may have taken it back: have it handed off anew.`,
  );
}

interface About {
  readonly handoff: string;
  readonly project: string;
  readonly receiver: string;
  readonly needs: NamedByTasks;
  readonly secrets: Readonly<Record<string, string>>;
}

function aboutOf(opened: OpenedPackage): About {
  const about: JsonObject = opened.manifest.about ?? {};
  const { handoff, project, receiver, needs, secrets } = about;
  const isWhole =
    typeof handoff === 'string' && typeof project === 'string' && typeof receiver === 'string';
  if (!isWhole) throw none(opened);
  return {
    handoff,
    project,
    receiver,
    needs: {
      models: namesIn(needs, 'models'),
      tools: namesIn(needs, 'tools'),
      validators: namesIn(needs, 'validators'),
      roles: namesIn(needs, 'roles'),
    },
    secrets: Object.fromEntries(
      Object.entries(isObject(secrets) ? secrets : {}).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
    ),
  };
}

function namesIn(needs: unknown, kind: keyof NamedByTasks): readonly string[] {
  const names = isObject(needs) ? needs[kind] : undefined;
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function none({ name }: OpenedPackage): HandoffError {
  return new HandoffError(
    'handoff.none',
    `${name} is no handoff: import takes other packages (importStore).`,
  );
}
