/** Something the person at the keyboard can mend. Its message is shown alone, without a stack. */
export class Halt extends Error {
  name = 'Halt';
}

/** Prints an error the way `up` and `test` do: one sentence for what was foreseen, the stack for a defect. */
export function explain(error) {
  const isForeseen = error instanceof Halt;
  const text = isForeseen ? error.message : (error?.stack ?? String(error));
  process.stderr.write(`\n✗ ${text}\n`);
}

/** Turns a refusal of the file system into a sentence; other errors pass unchanged. */
export function withPermissionSentence(error, path) {
  if (error?.code !== 'EACCES' && error?.code !== 'EPERM' && error?.code !== 'EROFS') return error;
  return new Halt(
    `CASCADE may not write to ${error.path ?? path}. Make it writable for this user (chown or chmod) and try again.`,
  );
}
