import { aboutModel, type Endpoint } from '../endpoint.ts';
import { asNumber, asText } from '../json-reader.ts';
import { loadAnother, waitForMemory } from '../memory.ts';
import { lmstudioWire } from './wire.ts';

/** `POST /api/v1/models/load`: brings one more instance of a model into memory. */
export const loadModel: Endpoint = {
  wire: lmstudioWire,
  answer(question) {
    const { catalogue, body, now } = question;
    let afterMs = 0;
    const told = aboutModel(question, lmstudioWire, asText(body['model']), (entry) => {
      const instance_id = loadAnother(catalogue, entry, now);
      entry.window = asNumber(body['context_length']);
      afterMs = waitForMemory(entry, now);
      return { type: 'llm', instance_id, load_time_seconds: 0.1, status: 'loaded' };
    });
    return told.kind === 'told' ? { ...told, afterMs } : told;
  },
};

/** `POST /api/v1/models/unload`: frees an instance, which is named by its own id and not by its model's. */
export const unloadModel: Endpoint = {
  wire: lmstudioWire,
  answer({ catalogue, body }) {
    const instance = asText(body['instance_id']);
    const entry = catalogue.list().find(({ instances }) => instances.includes(instance));
    if (entry === undefined) {
      const message = `No instance ${instance} is loaded.`;
      return { kind: 'refused', failure: { status: 404, message, param: 'instance_id' } };
    }
    entry.instances = entry.instances.filter((id) => id !== instance);
    return { kind: 'told', body: { instance_id: instance } };
  },
};
