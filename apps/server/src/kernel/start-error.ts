/**
 * Something that stops the start and that a person must mend: a bad setting, a database newer
 * than the code, a second node. `main` prints the message as one line, without a stack, and exits with 1.
 */
export class StartError extends Error {
  override readonly name = 'StartError';
}
