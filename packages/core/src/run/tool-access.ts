import type { AttemptPlace, ToolAccess } from '../attempt/attempt-host.ts';
import { holdsRedacted } from '../internal/redaction.ts';
import type { GrantCaller } from '../journal/grant.ts';
import { microUsdOf } from '../limit/decimal.ts';
import type { ToolCall } from '../limit/tool-rules.ts';
import { roleOf } from '../route/candidates.ts';
import type { PlanTask } from '../spec/task.ts';
import type { Tool, ToolPermission } from '../spec/tool.ts';
import type { ToolCaller } from '../spec/tool-caller.ts';
import { checkToolCall, type ToolCheck, type ToolWish } from '../tool/check-tool-call.ts';
import { missingGrants } from '../tool/granted.ts';
import { FREE, type ToolLeave } from '../tool/tool-leave.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';
import { standingGrants } from './standing-grants.ts';
import type { ToolTurns } from './tool-turns.ts';

/** What the access to tools is decided with. */
export interface ToolAccessParts {
  readonly settings: Settings;
  readonly projection: Pick<Projection, 'grants'>;
  turns(): ToolTurns;
  /** A place at a tool is free. */
  freed(): void;
}

/** Who may call which tool, and how often: by role and model, by what was granted for a while, and by quotas. */
export function createToolAccess(parts: ToolAccessParts): ToolAccess {
  const { settings, projection, turns, freed } = parts;
  const { tools, toolLimits, clock } = settings;
  return {
    check: (at, id, wish) => {
      // What the host itself wrote into a task's step is allowed.
      if (at.task.task.step !== undefined) return withLeave(tools, wish);
      const { listed } = settings.roles.of(at.task.task);
      const standing = standingGrants(settings, at.task.task, at.attempt.model);
      const check = checkToolCall(wish, listed, standing);
      const mayBeGranted =
        check.kind === 'refused' && (check.why === 'denied' || check.why === 'unknown');
      const isOneOfSeveral = at.task.task.memberOf !== undefined;
      if (!mayBeGranted || isOneOfSeveral || projection.grants.isEmpty) return check;
      return granted(parts, at, id, wish, { check, listed: listed.get(wish.name), standing });
    },
    recheck: (wish) => recheck(tools, wish),
    leave: (at, name, { tool, grants }) => {
      const isCounted = toolLimits.bounds(name);
      if (!isCounted && grants === undefined) return FREE;
      const call = toolCallOf(at.run, at.task.task, at.attempt.model, name, tool);
      const record = { caller: call.caller, ...(grants === undefined ? {} : { grants }) };
      if (!isCounted) return { kind: 'counted', record };
      return counted(turns().ask(at, call, clock.now()), call, record);
    },
    ended: toolLimits.isEmpty
      ? () => undefined
      : (at) => {
          turns().forget(at.attempt.id);
          freed();
        },
  };
}

/** A call of a tool as quotas see it. */
export function toolCallOf(
  run: AttemptPlace['run'],
  task: PlanTask,
  model: string | undefined,
  tool: string,
  { cost }: Pick<Tool, 'cost'>,
): ToolCall {
  const { user, tenant } = run;
  const caller: ToolCaller = {
    role: roleOf(task),
    ...(model === undefined ? {} : { model }),
    ...(user === undefined ? {} : { user }),
    ...(tenant === undefined ? {} : { tenant }),
  };
  return { tool, caller, run: run.id, microUsd: cost === undefined ? 0 : microUsdOf(cost) };
}

function counted(
  turn: ReturnType<ToolTurns['ask']>,
  { microUsd }: ToolCall,
  record: Extract<ToolLeave, { kind: 'counted' }>['record'],
): ToolLeave {
  if (turn.kind === 'wait') return turn;
  if (turn.kind === 'refused') return { ...turn, why: 'over-quota' };
  const cost = microUsd === 0 ? {} : { microUsd };
  return { kind: 'counted', record: { ...record, holds: turn.holds, ...cost } };
}

function withLeave(tools: ReadonlyMap<string, Tool>, wish: ToolWish): ToolCheck {
  return checkToolCall(wish, tools, tools.get(wish.name)?.permissions ?? []);
}

/** Of a call that began, what was not kept cannot be checked again; nothing is made of it either. */
function recheck(tools: ReadonlyMap<string, Tool>, wish: ToolWish): ToolCheck {
  const tool = holdsRedacted(wish.input) ? tools.get(wish.name) : undefined;
  return tool === undefined ? withLeave(tools, wish) : { kind: 'allowed', tool, input: wish.input };
}

/** Looks for leave among what was granted for a while. */
function granted(
  { settings: { tools, clock }, projection: { grants } }: ToolAccessParts,
  { run, task, attempt }: AttemptPlace,
  id: string,
  wish: ToolWish,
  without: {
    readonly check: ToolCheck;
    readonly listed: Tool | undefined;
    readonly standing: readonly ToolPermission[];
  },
): ToolCheck {
  const { listed, standing, check } = without;
  const { name } = wish;
  const caller: GrantCaller = {
    role: roleOf(task.task),
    model: attempt.model,
    run: run.id,
    task: task.task.key,
  };
  const tool = listed ?? (grants.knows(caller, name) ? tools.get(name) : undefined);
  if (tool === undefined) return check;
  const missing = missingGrants(tool, standing);
  const request = { tool: name, isListed: listed !== undefined, missing };
  const cover = grants.cover(caller, request, { attempt: attempt.id, id }, clock.now());
  if (cover.kind === 'covered') {
    const allowed = checkToolCall(wish, new Map([[name, tool]]), tool.permissions);
    return allowed.kind === 'refused' ? allowed : { ...allowed, grants: cover.grants };
  }
  const needs =
    cover.permissions.length === 0
      ? 'is none of the tools of this role'
      : `needs ${cover.permissions.join(', ')}`;
  const over = cover.over === undefined ? '' : `, and ${cover.over}`;
  return { kind: 'refused', because: `Not permitted: ${name} ${needs}${over}.`, why: 'denied' };
}
