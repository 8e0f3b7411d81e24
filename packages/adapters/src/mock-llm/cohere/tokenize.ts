import { aboutModel, type Endpoint } from '../endpoint.ts';
import { asList, asText } from '../json-reader.ts';
import { cohereWire } from './wire.ts';

/** The most characters of a text that Cohere takes apart at once. */
const LONGEST = 65_536;

const META = { api_version: { version: '1' } };

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
      const tokens = question.vocabulary.tokensOf(text);
      return {
        tokens: tokens.map(({ id }) => id),
        token_strings: tokens.map(({ piece }) => piece),
        meta: META,
      };
    });
  },
};

/** `POST /v1/detokenize`: the text of tokens that this service has told of. */
export const cohereDetokenize: Endpoint = {
  wire: cohereWire,
  answer(question) {
    const text = question.vocabulary.textOf(asList(question.body['tokens']));
    if (text === undefined) {
      const message = 'invalid request: tokens must be ids that were told here';
      return { kind: 'refused', failure: { status: 400, message } };
    }
    const model = asText(question.body['model']);
    return aboutModel(question, cohereWire, model, () => ({ text, meta: META }));
  },
};
