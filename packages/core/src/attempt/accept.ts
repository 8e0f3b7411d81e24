import type { ChangeAnswer, ChangeRequest, WorkspaceProvider } from '../spec/workspace.ts';
import { type AttemptHost, type AttemptPlace, draftOf, placeOf } from './attempt-host.ts';
import { findChange } from './find-change.ts';
import { openWorkspace } from './open-workspace.ts';

/**
 * Makes an attempt's change part of the project, once: the intent is on disk before, and a change in doubt is looked
 * for before it is made again. Without workspaces there is nothing to make.
 */
export async function acceptChange(
  host: AttemptHost,
  at: AttemptPlace,
): Promise<ChangeAnswer | undefined> {
  const { workspaces } = host;
  if (workspaces === undefined || at.attempt.base === undefined) return undefined;
  const { change } = at.attempt;
  if (typeof change === 'object') return { kind: 'accepted', ...change };
  return await host.serially(async () => {
    const { signal } = at.live.cancel;
    if (change === 'started') {
      const found = await workspaces.probe(at.attempt.id, signal);
      if (found !== undefined) return record(host, at, found);
    }
    const request = await requestFor(host, at);
    if (request === undefined) return undefined;
    const files = await request.workspace.changed(signal);
    // From here on nobody breaks it off at once: what is recorded as begun may go in.
    signal.throwIfAborted();
    await host.append([draftOf(at, 'change.started', { files })]);
    return record(host, at, await acceptOrFind(host, workspaces, request));
  }, at.live.cancel);
}

/** What failed on the way may have happened all the same: a change that went in is not made by another attempt too. */
async function acceptOrFind(
  host: AttemptHost,
  workspaces: WorkspaceProvider,
  request: ChangeRequest,
): Promise<ChangeAnswer> {
  try {
    return await workspaces.accept(request);
  } catch (error) {
    const { attempt } = request.trailers;
    if (request.signal.aborted) {
      const known = await findChange(host, attempt);
      if (known.kind === 'absent' || known.kind === 'unknown') throw error;
      return known;
    }
    const found = await workspaces.probe(attempt, request.signal);
    if (found === undefined) throw error;
    return found;
  }
}

function record(host: AttemptHost, at: AttemptPlace, answer: ChangeAnswer): ChangeAnswer {
  // Of one that came too late for the end of its run, that end says that nobody knew.
  if (at.task.attempt !== at.attempt) return answer;
  void host.append([
    answer.kind === 'accepted'
      ? draftOf(at, 'change.accepted', { commit: answer.commit, files: answer.files })
      : draftOf(at, 'change.refused', { because: answer.because, findings: answer.findings }),
  ]);
  return answer;
}

async function requestFor(host: AttemptHost, at: AttemptPlace): Promise<ChangeRequest | undefined> {
  const workspace = await openWorkspace(host, at);
  if (workspace === undefined) return undefined;
  const { task } = at.task;
  const source = host.sourceOf(at.run.id);
  const ids = placeOf(at);
  return {
    workspace,
    title: task.title,
    trailers: { run: ids.run, task: ids.task, attempt: ids.attempt },
    signal: at.live.cancel.signal,
    ...(source === undefined || task.origin === undefined
      ? {}
      : { tick: { source, file: task.origin.file, uid: task.origin.uid, status: 'done' } }),
  };
}
