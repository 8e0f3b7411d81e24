import { describe, expect, it } from 'vitest';
import { event, planTask } from './event.fixture.ts';
import { jsonPresenter } from './json-presenter.ts';
import { plainPresenter } from './plain-presenter.ts';
import type { Output } from './presenter.ts';

function collecting(): Output & { readonly text: string } {
  let text = '';
  return {
    write: (more) => {
      text += more;
    },
    isTerminal: false,
    columns: 80,
    rows: 20,
    get text() {
      return text;
    },
  };
}

const planned = event('plan.accepted', { by: 'host', tasks: [planTask('a')] });

describe('presenters', () => {
  it('A6: plain: one line a decision, with its time, and nothing for the rest', () => {
    const output = collecting();
    const presenter = plainPresenter(output);
    presenter.event(planned);
    presenter.event(event('lease.taken', { holder: 'p', epoch: 1 }));
    presenter.say(['Stopping.']);
    presenter.close();
    expect(output.text).toBe('03:04:05  1 task planned\nStopping.\n');
  });

  it('A6: JSON: every event on a line, and words for people elsewhere', () => {
    const [output, errors] = [collecting(), collecting()];
    const presenter = jsonPresenter(output, errors);
    presenter.event(planned);
    presenter.say(['Stopping.']);
    presenter.close();
    expect(output.text).toBe(`${JSON.stringify(planned)}\n`);
    expect(errors.text).toBe('Stopping.\n');
  });
});
