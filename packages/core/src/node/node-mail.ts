import { OverseerError } from '../errors/overseer-error.ts';
import { createIds } from '../internal/ids.ts';
import type { HandoffAway } from '../spec/handoff-events.ts';
import type { Json } from '../spec/json.ts';
import type { Mail, StateStore } from '../spec/store.ts';
import type { GiveUp } from './holdings.ts';
import { NODE, PROJECT } from './outlook.ts';

/** What kind of mail it is. */
const HAND_OVER = 'hand-over';

/** An order to a node, from whoever can reach the store. */
export interface HandOverLetter {
  readonly project: string;
  readonly to?: string;
  readonly because: string;
  readonly by?: string;
  /** It is to leave the store for this receiver, in place of another node. */
  readonly away?: HandoffAway;
  /** How long calls under way may take to end before it leaves, in ms. */
  readonly waitMs?: number;
  /** How long its receiver waits for replies that are sent after it, in ms; the default is 0. */
  readonly lateMs?: number;
}

/** Leaves the order where the node that works on the project finds it, and gives that node's name. */
export async function sendHandOver(
  store: StateStore,
  letter: HandOverLetter,
  nowMs: number,
): Promise<string> {
  const { leases, mail, name } = store;
  const standing = await leases.standing?.();
  if (standing === undefined || mail === undefined) {
    throw new OverseerError(
      'config.node',
      `${name} is a store for one overseer at a time, so that no other can take anything over.`,
    );
  }
  const lease = standing.find((one) => one.name === `${PROJECT}${letter.project}`);
  const isNode = standing.some((one) => one.name === `${NODE}${lease?.holder.name}`);
  if (lease === undefined || !isNode) {
    const whose = lease === undefined ? 'Nobody' : `${lease.holder.name}, which is no node,`;
    throw new OverseerError(
      'config.node',
      `${whose} works on ${letter.project} in ${name}: only a node gives a project to another.`,
    );
  }
  const body = letter as unknown as Json;
  const id = `${HAND_OVER}/${createIds(nowMs)()}`;
  await mail.put(`${NODE}${lease.holder.name}`, { id, kind: HAND_OVER, body });
  return lease.holder.name;
}

/** The order that a message is, with its project; `undefined` for one of another kind or form. */
export function readHandOver({
  kind,
  body,
}: Mail): { readonly project: string; readonly order: GiveUp } | undefined {
  if (kind !== HAND_OVER || typeof body !== 'object' || body === null) return undefined;
  const { project, to, because, by, away, waitMs, lateMs } = body as Readonly<
    Record<string, unknown>
  >;
  if (typeof project !== 'string' || typeof because !== 'string') return undefined;
  const order = {
    trigger: 'operator' as const,
    because,
    ...(typeof to === 'string' ? { to } : {}),
    ...(typeof by === 'string' ? { by } : {}),
    ...(isAway(away) ? { away } : {}),
    ...(typeof waitMs === 'number' ? { waitMs } : {}),
    ...(typeof lateMs === 'number' ? { lateMs } : {}),
  };
  return { project, order };
}

function isAway(value: unknown): value is HandoffAway {
  if (typeof value !== 'object' || value === null) return false;
  const { handoff, receiver } = value as Readonly<Record<string, unknown>>;
  return typeof handoff === 'string' && typeof receiver === 'string';
}
