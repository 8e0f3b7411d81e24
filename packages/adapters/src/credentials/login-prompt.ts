/** What a person is asked to do: open the address, and enter the code there, where there is one. */
export interface LoginPrompt {
  readonly url: string;
  /** The same with the code in it, where the server has that. */
  readonly urlWithCode?: string;
  /** With it any device will do; without it the address must be opened on this machine, to which the browser comes back by itself. */
  readonly code?: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}
