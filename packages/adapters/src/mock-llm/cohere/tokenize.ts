import { aboutModel, type Endpoint } from '../endpoint.ts';
import { asText } from '../json-reader.ts';
import { tokenPieces } from '../tokens.ts';
import { cohereWire } from './wire.ts';

/** The most characters of a text that Cohere takes apart at once. */
const LONGEST = 65_536;

/** `POST /v1/tokenize`: the tokens of a text, by the mock's measure. */
export const cohereTokenize: Endpoint = {
  wire: cohereWire,
  answer(question) {
    const text = asText(question.body['text']);
    if (text === '' || text.length > LONGEST) {
      const message = `invalid request: text must be between 1 and ${LONGEST} characters`;
      return { kind: 'refused', failure: { status: 400, message } };
    }
    return aboutModel(question, cohereWire, asText(question.body['model']), () => {
      const token_strings = [...tokenPieces(text)];
      return {
        tokens: token_strings.map((_, index) => index),
        token_strings,
        meta: { api_version: { version: '1' } },
      };
    });
  },
};
