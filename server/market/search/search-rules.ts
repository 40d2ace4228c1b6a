/** What a typed text is made of, and which known word a mistyped one means. Pure. */

const wordsMax = 8;
const correctableLengthMin = 4;
const correctableLengthMax = 60;

/** The words of a text in small letters, as titles are cut into words; at most eight. */
export function wordsOf(text: string): string[] {
  return [...text.toLocaleLowerCase('en').matchAll(/[\p{L}\p{N}]+/gu)].map(([word]) => word).slice(0, wordsMax);
}

/** Whether a word is long enough for a typo in it to be told from another word. */
export function isCorrectable(word: string): boolean {
  return word.length >= correctableLengthMin && word.length <= correctableLengthMax && !/^\d+$/u.test(word);
}

/** Quotes and minus ask for exactly these words. */
export function isVerbatim(text: string): boolean {
  return /["“”]|(?:^|\s)-\S/u.test(text);
}

export interface KnownWord {
  word: string;
  listings: number;
}

/** The known word that is nearest to a typed one, the most common of equals; null when none is near. */
export function nearestWord(typed: string, known: readonly KnownWord[]): string | null {
  const farthest = typed.length >= 7 ? 2 : 1;
  const near = known
    .map(({ word, listings }) => ({ word, listings, distance: editDistance(typed, word) }))
    .filter(({ distance }) => distance > 0 && distance <= farthest)
    .sort((left, right) => left.distance - right.distance || right.listings - left.listings);
  return near[0]?.word ?? null;
}

/** Letters to add, leave out, replace, or swap with their neighbour, until one word is the other. */
export function editDistance(left: string, right: string): number {
  const [from, to] = [Array.from(left), Array.from(right)];
  let [beforeLast, last] = [[] as number[], Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (const [row, letter] of from.entries()) {
    const current = [row + 1];
    for (const [column, other] of to.entries()) {
      const replaced = (last[column] ?? 0) + (letter === other ? 0 : 1);
      const swaps = row > 0 && column > 0 && letter === to[column - 1] && from[row - 1] === other;
      const swapped = swaps ? (beforeLast[column - 1] ?? 0) + 1 : replaced;
      current.push(Math.min(replaced, swapped, (last[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] ?? 0;
}
