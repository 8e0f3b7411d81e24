/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'Overseer',
  entryPointStrategy: 'packages',
  entryPoints: ['packages/*'],
  packageOptions: {
    includeVersion: true,
    disableGit: true,
    sourceLinkTemplate: 'https://github.com/overseer-dev/overseer/blob/main/{path}#L{line}',
    excludeInternal: true,
    validation: { notExported: true, invalidLink: true, notDocumented: true },
    requiredToBeDocumented: [
      'Class',
      'Function',
      'Interface',
      'Method',
      'Module',
      'TypeAlias',
      'Variable',
    ],
  },
  treatValidationWarningsAsErrors: true,
  treatWarningsAsErrors: true,
  out: 'docs/api',
};
