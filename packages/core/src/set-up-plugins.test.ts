import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { setUpPlugins } from './set-up-plugins.ts';
import type { Plugin, PluginParts } from './spec/plugin.ts';
import { fakeModel } from './testing/fake-model.ts';

const models = { a: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } };

describe('setUpPlugins', () => {
  it('X5: a name that is taken lets go of every plugin, the clashing one too', async () => {
    const gone: string[] = [];
    const poet = { roles: { poet: { text: 'Rhyme.' } } };
    const plugins = [plugin('one', gone, poet), plugin('two', gone, poet)];
    await expect(setUpPlugins({ overseer: 'a', models, plugins })).rejects.toMatchObject({
      code: 'config.duplicate',
      message: expect.stringContaining('The plugin two brings the role "poet"'),
    });
    expect(gone).toEqual(['two', 'one']);
  });

  it('X5: a plugin that throws is named, and those before it are let go', async () => {
    const gone: string[] = [];
    const setup = () => Promise.reject(new Error('no disk'));
    const faulty: Plugin = { spec: 'plugin/1', name: 'two', setup };
    const plugins = [plugin('one', gone), faulty, plugin('three', gone)];
    await expect(setUpPlugins({ overseer: 'a', models, plugins })).rejects.toMatchObject({
      code: 'config.plugin',
      message: expect.stringContaining('two could not be set up: no disk'),
    });
    expect(gone).toEqual(['one']);
  });

  it('X5: one that cannot be let go does not hold the others back, and is told once', async () => {
    const gone: string[] = [];
    const plugins = [plugin('one', gone), broken(gone), plugin('three', gone)];
    const { dispose } = await setUpPlugins({ overseer: 'a', models, plugins });
    await expect(dispose()).rejects.toThrow('stuck');
    expect(gone).toEqual(['three', 'broken', 'one']);
    await dispose();
    expect(gone).toHaveLength(3);
  });

  it('X5: one that cannot be let go does not hide why an overseer could not be made', async () => {
    const gone: string[] = [];
    const plugins = [plugin('one', gone), broken(gone)];
    const wrong = createOverseer({ overseer: 'b' as 'a', models, plugins });
    await expect(wrong).rejects.toMatchObject({ code: 'config.unknown-model' });
    expect(gone).toEqual(['broken', 'one']);
  });
});

function plugin(name: string, gone: string[], parts: PluginParts = {}): Plugin {
  const dispose = (): void => {
    gone.push(name);
  };
  return { spec: 'plugin/1', name, setup: () => ({ ...parts, dispose }) };
}

function broken(gone: string[]): Plugin {
  const dispose = (): never => {
    gone.push('broken');
    throw new Error('stuck');
  };
  return { spec: 'plugin/1', name: 'broken', setup: () => ({ dispose }) };
}
