// Starts the main job under the Node that the repository pins; says one sentence where that is not there.
process.argv.splice(2, 0, 'examples/main-job/main.ts');
await import('./with-node.mjs');
