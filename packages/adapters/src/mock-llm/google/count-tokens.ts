import { aboutModel, type Endpoint } from '../endpoint.ts';
import { asObject } from '../json-reader.ts';
import { readContent } from './read-content.ts';
import { googleWire } from './wire.ts';

/** `POST /v1/models/{id}:countTokens`: counts contents alone, or a whole request as its reply would. */
export const googleCountTokens: Endpoint = {
  wire: googleWire,
  answer(question) {
    const { body, id } = question;
    const request = body['generateContentRequest'];
    const asked = readContent({ ...(request === undefined ? body : asObject(request)), model: id });
    if ('malformed' in asked)
      return { kind: 'refused', failure: { status: 400, message: asked.malformed } };
    return aboutModel(question, googleWire, id, () => ({ totalTokens: asked.inputTokens }));
  },
};
