import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** How one tool stands. */
export interface ToolState {
  readonly name: string;
  /** `open`: left alone after failures. `probing`: one call is trying it. */
  readonly state: 'closed' | 'open' | 'probing';
  /** Why it is left alone; `undefined` while it is not. */
  readonly why: string | undefined;
  /** When the next call may try it, epoch ms; `undefined` unless it is open. */
  readonly untilAt: number | undefined;
}

/** How every tool stands now, in the order of declaration. */
export function toolStates(
  { tools, clock }: Pick<Settings, 'tools' | 'clock'>,
  projection: Pick<Projection, 'tools'>,
): readonly ToolState[] {
  const nowMs = clock.now();
  return [...tools.keys()].map((name) => {
    const down = projection.tools.down(name, nowMs);
    if (down === undefined) return { name, state: 'closed', why: undefined, untilAt: undefined };
    return { name, state: down.untilAt === undefined ? 'probing' : 'open', ...down };
  });
}
