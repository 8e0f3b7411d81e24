import type { JsonObject } from '../spec/json.ts';
import type { Upcaster } from './upcaster.ts';

/** `model.changed` once said `up` or `down`: only a server that is left alone is not there, and a model that is up has no work yet. */
export const modelChangedTo2: Upcaster = (event) => {
  const { state, ...data } = event.data;
  const isDown = state === 'down';
  const isAway = isDown && data['scope'] === 'server';
  const words: JsonObject = {
    connection: isAway ? 'disconnected' : 'connected',
    work: isDown ? 'error' : 'idle',
  };
  return { ...event, v: 2, data: { ...words, ...data } };
};

/** `handoff.accepted` once said `reached`, `unreachable` or `unknown` of the models that it looked at. */
export const handoffAcceptedTo2: Upcaster = (event) => {
  const { connections, ...data } = event.data;
  const looked = Array.isArray(connections) ? connections : [];
  return { ...event, v: 2, data: { ...data, connections: looked.map(connectionTo2) } };
};

function connectionTo2(looked: unknown): JsonObject {
  const { state, ...rest } = looked as JsonObject;
  if (state === 'unknown') return rest;
  return { ...rest, connection: state === 'reached' ? 'connected' : 'disconnected' };
}
