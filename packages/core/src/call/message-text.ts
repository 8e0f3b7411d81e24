import type { Message } from '../spec/message.ts';

/** The text of a message alone: its text parts, joined. Files, thoughts and what tools have to do with are left out. */
export function messageText({ parts }: Message): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
