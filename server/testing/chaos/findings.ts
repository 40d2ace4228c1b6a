/** What is said where something does not hold; nothing where it does. */
export function must(holds: boolean, message: string): string[] {
  return holds ? [] : [message];
}
