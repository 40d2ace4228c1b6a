/** A run of words that stands in both texts, only in the earlier, or only in the one of now. */
export interface WordRun {
  kind: 'same' | 'gone' | 'new';
  text: string;
}

/** Beyond so many pairs of words two texts are shown as replaced as a whole. */
const pairsMax = 1_000_000;

/** What has to go from the earlier text and come into it to make it the one of now, word by word. */
export function wordDifferences(earlier: string, now: string): WordRun[] {
  const [before, after] = [wordsOf(earlier), wordsOf(now)];
  const start = sharedStart(before, after);
  const end = sharedStart(before.slice(start).reverse(), after.slice(start).reverse());
  const [gone, came] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  const middle = gone.length * came.length > pairsMax ? replaced(gone, came) : aligned(gone, came);
  const word = (text: string): WordRun => ({ kind: 'same', text });
  const runs = [...before.slice(0, start).map(word), ...middle, ...before.slice(before.length - end).map(word)];
  return legible(joined(runs));
}

/** Words and what stands between them, so that all of it together is the text again. */
function wordsOf(text: string): string[] {
  return text.match(/\s+|[^\s]+/gu) ?? [];
}

function sharedStart(one: readonly string[], other: readonly string[]): number {
  const differs = one.findIndex((word, index) => word !== other[index]);
  return differs === -1 ? one.length : differs;
}

function replaced(gone: readonly string[], came: readonly string[]): WordRun[] {
  return [
    ...gone.map((text) => ({ kind: 'gone', text }) as const),
    ...came.map((text) => ({ kind: 'new', text }) as const),
  ];
}

/** By the longest run of words that both have in this order. */
function aligned(gone: readonly string[], came: readonly string[]): WordRun[] {
  const width = came.length + 1;
  const longest = new Uint32Array((gone.length + 1) * width);
  const at = (row: number, column: number) => longest[row * width + column] ?? 0;
  for (let row = gone.length - 1; row >= 0; row -= 1)
    for (let column = came.length - 1; column >= 0; column -= 1)
      longest[row * width + column] =
        gone[row] === came[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
  const runs: WordRun[] = [];
  let [row, column] = [0, 0];
  while (row < gone.length || column < came.length) {
    const [left, right] = [gone[row], came[column]];
    if (left !== undefined && left === right) {
      runs.push({ kind: 'same', text: left });
      row += 1;
      column += 1;
    } else if (right === undefined || (left !== undefined && at(row + 1, column) >= at(row, column + 1))) {
      runs.push({ kind: 'gone', text: left ?? '' });
      row += 1;
    } else {
      runs.push({ kind: 'new', text: right });
      column += 1;
    }
  }
  return runs;
}

/**
 * Between two changes, a space or a single word that happens to be in both is no help: what went there is read in one piece,
 * and then what came.
 */
function legible(runs: readonly WordRun[]): WordRun[] {
  const found: WordRun[] = [];
  let [gone, came] = ['', ''];
  const settle = () => {
    if (gone !== '') found.push({ kind: 'gone', text: gone });
    if (came !== '') found.push({ kind: 'new', text: came });
    [gone, came] = ['', ''];
  };
  runs.forEach(({ kind, text }, index) => {
    const isBetween = index > 0 && index < runs.length - 1;
    if (kind === 'same' && !(isBetween && wordsIn(text) <= 1)) {
      settle();
      found.push({ kind, text });
      return;
    }
    if (kind !== 'new') gone += text;
    if (kind !== 'gone') came += text;
  });
  settle();
  return found;
}

function wordsIn(text: string): number {
  return text.match(/\S+/gu)?.length ?? 0;
}

function joined(runs: readonly WordRun[]): WordRun[] {
  const found: WordRun[] = [];
  for (const run of runs) {
    const last = found.at(-1);
    if (last?.kind === run.kind) last.text += run.text;
    else found.push({ ...run });
  }
  return found;
}
