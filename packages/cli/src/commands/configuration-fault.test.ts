import type { ModelErrorKind, OverseerEvent } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { callFailed, callFinished, event, planTask } from '../view/event.fixture.ts';
import { emptyView, foldView, type RunView } from '../view/run-view.ts';
import { configurationFault, nobodyCanWork } from './configuration-fault.ts';

function viewOf(...events: readonly OverseerEvent[]): RunView {
  const view = emptyView();
  foldView(view, event('plan.accepted', { by: 'host', tasks: [planTask('a')] }));
  for (const one of events) foldView(view, one);
  return view;
}

const refused = (model: string, kind: ModelErrorKind, message = 'no'): OverseerEvent =>
  callFailed(`c-${model}`, 'a', model, { kind, message });

describe('a run that could not begin', () => {
  it.each<ModelErrorKind>(['auth', 'permission', 'not-found'])(
    'X5: is the fault of the command line when the answer to its first call was %s',
    (kind) => {
      const view = viewOf(refused('m', kind));
      expect(configurationFault(view)).toMatchObject({ code: `model.${kind}`, message: 'm: no.' });
    },
  );

  it('X5: the sentence names the model once', () => {
    const view = viewOf(refused('m1', 'not-found', 'the server has no model "m1"; it has m2'));
    expect(configurationFault(view)?.message).toBe('The server has no model "m1"; it has m2.');
  });

  it('X5: is not its fault when the model is down, or when anything was ever answered', () => {
    expect(configurationFault(viewOf(refused('m', 'network')))).toBeUndefined();
    expect(configurationFault(viewOf())).toBeUndefined();
    const later = viewOf(callFinished('c1', 'a', 'n'), refused('m', 'auth'));
    expect(configurationFault(later)).toBeUndefined();
  });

  it('X5 L5: is hopeless only when every model of the team has refused', () => {
    const view = viewOf(refused('m', 'auth'), refused('n', 'network'));
    expect(nobodyCanWork(view, 2)).toBe(false);
    foldView(view, refused('n', 'not-found'));
    expect(nobodyCanWork(view, 2)).toBe(true);
    expect(nobodyCanWork(view, 3)).toBe(false);
    foldView(view, callFinished('c9', 'a', 'o'));
    expect(nobodyCanWork(view, 2)).toBe(false);
  });
});
