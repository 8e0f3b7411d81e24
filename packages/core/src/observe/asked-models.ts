import type { CallEvent } from '../journal/fold-call.ts';

/** A call without an end. */
interface AskedCall {
  readonly id: string;
  readonly model: string | undefined;
  /** When it began, epoch ms. */
  readonly at: number;
}

/**
 * Which models an attempt has asked, and whose answer it has: as `foldCall` has it, without what was said. Two calls may
 * be under way for one answer.
 */
export interface AskedModels {
  /** Whose the attempt is: the model that it was given to, or the one that answered. */
  model: string | undefined;
  call: AskedCall | undefined;
  /** The call that hedges the other. */
  hedge: AskedCall | undefined;
  /** Who gave something that counts only if nothing comes of the other call. */
  spare: { readonly model: string | undefined } | undefined;
}

/** Of an attempt that has asked nobody yet. */
export function newAskedModels(model: string | undefined): AskedModels {
  return { model, call: undefined, hedge: undefined, spare: undefined };
}

/** Takes one event of a call into account; gives whether the attempt has an answer by it. */
export function takeCall(asked: AskedModels, event: CallEvent): boolean {
  switch (event.type) {
    case 'call.started': {
      const { call: id = '', at, model, data } = event;
      if (data.hedge === undefined) asked.call = { id, at, model: asked.model };
      else asked.hedge = { id, at, model };
      return false;
    }
    case 'call.cached':
      return hasAnswer(asked, asked.model);
    case 'call.finished':
    case 'call.failed':
    case 'call.withheld':
      return end(asked, event);
  }
}

/** The call under way that an event ends, if it is one of this attempt's. */
export function askedCall({ call, hedge }: AskedModels, id: string): AskedCall | undefined {
  return hedge?.id === id ? hedge : call?.id === id ? call : undefined;
}

function end(
  asked: AskedModels,
  {
    call: id = '',
    type,
  }: Extract<CallEvent, { type: 'call.finished' | 'call.failed' | 'call.withheld' }>,
): boolean {
  const ended = askedCall(asked, id);
  if (ended === undefined) return false;
  if (ended === asked.hedge) asked.hedge = undefined;
  else asked.call = undefined;
  const isLast = asked.call === undefined && asked.hedge === undefined;
  if (type === 'call.finished') {
    if (isLast) return hasAnswer(asked, ended.model);
    asked.spare = ended;
    return false;
  }
  return isLast && asked.spare !== undefined && hasAnswer(asked, asked.spare.model);
}

function hasAnswer(asked: AskedModels, model: string | undefined): true {
  asked.model = model;
  asked.call = undefined;
  asked.spare = undefined;
  return true;
}
