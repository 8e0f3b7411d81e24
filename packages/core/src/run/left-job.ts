import { conversation } from '../attempt/conversation.ts';
import type { TaskState } from '../journal/run-state.ts';
import type { ModelJob } from '../spec/transport.ts';
import { requestOf } from './begin-call.ts';
import type { RemoteCall } from './call-book.ts';
import { jobPlaces } from './job-places.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** A call that another overseer left, and whose it is. */
export interface LeftCall {
  readonly id: string;
  readonly stream: string;
  readonly remote: RemoteCall;
  readonly task: TaskState;
}

/** The job of a call as its start is written down; `undefined` where nobody has its model any more, or its attempt is over. */
export function leftJob(
  settings: Settings,
  projection: Projection,
  { id, stream, remote, task }: LeftCall,
): ModelJob | undefined {
  const { run, task: key, attempt: of, model, estimate } = remote;
  const { attempt } = task;
  const member = settings.roster.known(model);
  if (member === undefined || attempt === undefined) return undefined;
  const tools = attempt.prompt?.tools ?? [];
  const { maxTokens, steps } = attempt;
  const request = requestOf(settings, task, member, conversation(attempt), tools, maxTokens);
  const place = { id, stream, run, task: key, attempt: of };
  const places = jobPlaces(settings, projection, { model, run, estimate });
  const what = { step: steps.length + 1, model, request, estimate, silentMs: settings.holdMs };
  return { ...place, ...what, ...places };
}
