import { handoffAcceptedTo2, modelChangedTo2 } from './upcast-model-words.ts';
import type { Upcasters } from './upcaster.ts';

/** How the events of older journals are read. There is one for every version of a type below the present one. */
export const UPCASTERS: Upcasters = {
  'handoff.accepted': { 1: handoffAcceptedTo2 },
  'model.changed': { 1: modelChangedTo2 },
};
