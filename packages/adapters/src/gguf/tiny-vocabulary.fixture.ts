import { cutUniquely, type ScriptRule } from '../engine/script-pieces.fixture.ts';

/** What a model reads and writes, and which token follows which. */
export interface Vocabulary {
  readonly tokens: string[];
  readonly scores: number[];
  readonly types: number[];
  readonly links: (readonly [number, number])[];
}

/** A plain token that leads to the first one of a rule's piece. */
export type Lead = readonly [token: string, rule: number, piece: number];

const PLAIN = 1;
const CONTROL = 3;
const DEFINED = 4;
const BYTE = 6;
const END = 2;

/** Pieces that are tokens of their own, as models that think have them. */
const THOUGHT = ['<think>', '</think>'];
const LETTERS = '\u2581etaoinsrhlducmfwgypbvkxjqz.,{}[]:"0123456789_-ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A SentencePiece vocabulary with a token for every byte, so that any text can be read. Its texts are unique. */
export function createVocabulary(rules: readonly ScriptRule[], leads: readonly Lead[]): Vocabulary {
  const book = new Book();
  book.add('<unk>', 0, 2);
  for (const name of ['<s>', '</s>', '<|im_start|>', '<|im_end|>']) book.add(name, 0, CONTROL);
  for (let byte = 0; byte < 256; byte++) {
    book.add(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, 0, BYTE);
  }
  for (const [index, letter] of [...LETTERS].entries()) book.add(letter, -1 - index, PLAIN);
  for (const [index, rule] of rules.entries()) addRule(book, index, rule, leads);
  return book;
}

/** A rule's token leads to what it says, from piece to piece, and that to the end or to its beginning. */
function addRule(book: Book, number: number, rule: ScriptRule, leads: readonly Lead[]): void {
  let before = book.add(`<|rule${number}|>`, 0, CONTROL);
  const all: number[] = [];
  for (const [index, piece] of rule.say.entries()) {
    const ids = book.addPiece(piece);
    for (const id of ids) {
      book.links.push([before, id]);
      before = id;
    }
    for (const [token, r, p] of leads) {
      const [first] = ids;
      if (r === number && p === index && first !== undefined)
        book.links.push([book.idOf(token), first]);
    }
    all.push(...ids);
  }
  book.links.push([before, rule.forever === true ? (all[0] ?? END) : END]);
}

class Book implements Vocabulary {
  readonly tokens: string[] = [];
  readonly scores: number[] = [];
  readonly types: number[] = [];
  readonly links: (readonly [number, number])[] = [];
  readonly #ids: Map<string, number> = new Map();

  add(token: string, score: number, type: number): number {
    const id = this.tokens.push(token) - 1;
    this.scores.push(score);
    this.types.push(type);
    this.#ids.set(token, id);
    return id;
  }

  addPiece(piece: string): readonly number[] {
    if (THOUGHT.includes(piece)) return [this.#ids.get(piece) ?? this.add(piece, 0, DEFINED)];
    const characters = [...piece.replaceAll(' ', '\u2581')];
    const cut = cutUniquely(characters, (text) => this.#ids.has(text));
    // So unlikely that no text is ever read as it.
    return cut.map((token) => this.add(token, -1e6, PLAIN));
  }

  idOf(token: string): number {
    const id = this.#ids.get(token);
    if (id === undefined) throw new Error(`there is no token ${token}`);
    return id;
  }
}
