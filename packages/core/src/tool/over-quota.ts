/** What a model is told of a tool whose quota is used up for longer than anybody waits; `why` says when it has room again. Pure. */
export function overQuota(tool: string, why: string): string {
  return `The quota of ${tool} is used up (${why}), and calling it again before then is of no use. Go on with what you have, or say what you could not do.`;
}
