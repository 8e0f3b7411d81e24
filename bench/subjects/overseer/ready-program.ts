/** JavaScript that composes an overseer of one model in the memory store; `library` is `@overseer/core`. */
export const readyProgram: string = `
  const model = {
    spec: 'model/1',
    info: {
      id: 'm',
      provider: 'none',
      can: { tools: false, json: 'none', reasoning: false, image: false },
    },
    async *stream() {},
  };
  const { createOverseer, memory } = library;
  await createOverseer({ overseer: 'm', models: { m: { model } }, store: memory() });
`;
