interface Words<Key extends string> {
  (key: Key): string;
  has: (key: Key) => boolean;
}

/** A word of another system in the reader's language; one that it made up since then, as it came. */
export function knownWord<Key extends string>(words: Words<Key>, word: string): string {
  const key = word as Key;
  return words.has(key) ? words(key) : word.replaceAll('_', ' ');
}
