import type { HandoffParcel, HandoffTarget, OverseerEvent } from '@overseer/core/spec';
import { fingerprintOf } from '../package/keys.ts';
import type { CommittedSink } from '../package/package-source.ts';
import type { Receipt } from '../package/receipt.ts';
import type { Refusal } from '../package/refusal.ts';
import { closeHandoff, packedAs } from './close-handoff.ts';
import { handOffTo } from './hand-off-to.ts';
import { awayOf, lastOf, projectStream } from './handoff-journal.ts';
import { lateReplies, sendLateReplies } from './late-replies.ts';
import { keepMailedReplies } from './mailed-replies.ts';
import { endOf } from './take-back.ts';
import { takeBackHandoff } from './take-back-handoff.ts';

/** Where projects go by themselves, and how. */
export interface TargetOptions {
  /** The public key of whoever takes them there. */
  readonly key: string;
  /** Where a project's package goes: asked for once for each package, which is committed when it is whole. */
  readonly sink: (project: string) => CommittedSink | Promise<CommittedSink>;
  /**
   * Where the replies go that come for a project after it left, each time all of them as one package, which `acceptLateReplies` takes. Without
   * it nobody sends them (`sendLateReplies`), and the receiver asks its models again.
   */
  readonly late?: (project: string) => CommittedSink | Promise<CommittedSink>;
  /** The secret key that signs packages. */
  readonly sign: string;
  /** What the receiver answered for a project, as far as it is here; without it, whoever has the answer gives it to `closeHandoff` or `takeBackHandoff`. */
  readonly answer?: (project: string) => Promise<Receipt | Refusal | undefined>;
  /** Whose refusal counts beside the receiver's, as of `takeBackHandoff`. */
  readonly trust?: readonly string[];
  /** Names it in orders and on record; the default is `elsewhere`. */
  readonly name?: string;
  /** How long calls under way may take to end before a project goes, in ms; the default is 60,000, and 20,000 for `maintenance`. */
  readonly waitMs?: number;
  /**
   * How long a receiver with a database waits for replies that come after a project, in ms, as of `handOffTo`; the default is 300,000 where
   * `late` says where they go, and 0 otherwise.
   */
  readonly lateMs?: number;
  /** What only the receiver may read, as of `handOffTo`. */
  readonly secrets?: (project: string) => Readonly<Record<string, string>>;
}

/**
 * Another store for the `target` of `createNode`: what no node of a store can have is packed for the owner of a key, and goes on where
 * it was once that refuses it. Throws `PackageError` `package.key` for a key that is none.
 */
export function handoffTarget(options: TargetOptions): HandoffTarget {
  const { key, sink, late, sign, name = 'elsewhere', waitMs, lateMs, secrets } = options;
  const receiver = key.trim();
  fingerprintOf(receiver);
  return {
    name,
    receiver,
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(lateMs === undefined ? {} : { lateMs }),
    send: async ({ store, project }) => {
      const away = await awayOf(store, project);
      // Somebody else, or nobody, has it; or it is there already.
      if (away?.receiver !== receiver) return;
      if ((await endOf(store, project, away.handoff)) !== undefined) return;
      await using place = await sink(project);
      const sealed = secrets === undefined ? {} : { secrets: secrets(project) };
      const because = becauseOf(await lastOf(store, projectStream(project)));
      await handOffTo(receiver, place, { store, project, sign, because, ...sealed });
    },
    settle: (parcel) => settle(parcel, options),
    ...(late === undefined ? {} : { sendLate: (parcel) => sendLate(parcel, late, sign) }),
  };
}

async function sendLate(
  { store, project }: HandoffParcel,
  late: NonNullable<TargetOptions['late']>,
  sign: string,
): Promise<void> {
  await keepMailedReplies(store, project);
  if ((await lateReplies(store, project)).length === 0) return;
  await using place = await late(project);
  await sendLateReplies(place, { store, project, sign });
}

async function settle(
  { store, project }: HandoffParcel,
  { answer, trust = [] }: TargetOptions,
): Promise<'closed' | 'taken-back' | undefined> {
  const away = await awayOf(store, project);
  if (away === undefined) return undefined;
  if ((await endOf(store, project, away.handoff))?.type === 'handoff.closed') return 'closed';
  const said = await answer?.(project);
  if (said === undefined) return undefined;
  // What is left of an answer to an earlier handoff is none to this one.
  if (said.format === 'ovreceipt/1') {
    if ((await packedAs(store, project, away.handoff, said.manifest)) === undefined)
      return undefined;
    await closeHandoff(said, { store, project });
    return 'closed';
  }
  if (said.handoff !== away.handoff) return undefined;
  await takeBackHandoff(said, { store, project, trust });
  return 'taken-back';
}

function becauseOf(last: OverseerEvent | undefined): string {
  return last?.type === 'handoff.offered' ? last.data.because : 'handed off';
}
