/**
 * A small part of Markdown: paragraphs, lists, bold, italic, and links to pages of the Web. Everything else, markup
 * above all, is text. The result is a tree of plain data, of which pages make elements; no HTML is ever written.
 */
export type RichInline =
  | { kind: 'text'; text: string }
  | { kind: 'break' }
  | { kind: 'strong' | 'emphasis'; children: RichInline[] }
  | { kind: 'link'; href: string; children: RichInline[] };

export type RichBlock =
  { kind: 'paragraph'; children: RichInline[] } | { kind: 'list'; isOrdered: boolean; items: RichInline[][] };

const bullet = /^ ?[-*•] +(.*)$/u;
const number = /^ ?\d{1,3}[.)] +(.*)$/u;
const nestingMax = 4;

/** Reads a description; any text at all is a description. */
export function richText(text: string): RichBlock[] {
  const blocks: RichBlock[] = [];
  let lines: string[] = [];
  const endParagraph = () => {
    if (lines.length > 0) blocks.push({ kind: 'paragraph', children: paragraphOf(lines) });
    lines = [];
  };
  for (const line of text.split('\n')) {
    const item = bullet.exec(line)?.[1] ?? number.exec(line)?.[1];
    if (item === undefined && line.trim() !== '') {
      lines.push(line.trim());
      continue;
    }
    const endedText = lines.length > 0;
    endParagraph();
    if (item !== undefined) addItem(blocks, { isOrdered: !bullet.test(line), item, isNewList: endedText });
  }
  endParagraph();
  return blocks;
}

function addItem(
  blocks: RichBlock[],
  { isOrdered, item, isNewList }: { isOrdered: boolean; item: string; isNewList: boolean },
) {
  const last = blocks.at(-1);
  const children = inlines(item.trim(), 0);
  if (!isNewList && last?.kind === 'list' && last.isOrdered === isOrdered) last.items.push(children);
  else blocks.push({ kind: 'list', isOrdered, items: [children] });
}

function paragraphOf(lines: readonly string[]): RichInline[] {
  return lines.flatMap((line, index): RichInline[] => [
    ...(index === 0 ? [] : [{ kind: 'break' } as const]),
    ...inlines(line, 0),
  ]);
}

/** One of the marks, whole: escaped sign, link, bold, italic. None of them can contain its own end. */
const mark = new RegExp(
  [
    String.raw`\\([\\*_[\]])`,
    String.raw`\[([^[\]\n]{1,200})\]\(([^()\s]{1,500})\)`,
    String.raw`\*\*(?=\S)((?:[^*\n]|\*(?!\*)){1,1000}?\S|\S)\*\*`,
    String.raw`\*(?=[^\s*])([^*\n]{0,1000}[^\s*])\*`,
    String.raw`(?<![\p{L}\p{N}_])_(?=[^\s_])([^_\n]{0,1000}[^\s_])_(?![\p{L}\p{N}_])`,
  ].join('|'),
  'gu',
);

function inlines(text: string, depth: number): RichInline[] {
  const found: RichInline[] = [];
  let from = 0;
  const addText = (piece: string) => {
    const last = found.at(-1);
    if (piece === '') return;
    if (last?.kind === 'text') last.text += piece;
    else found.push({ kind: 'text', text: piece });
  };
  if (depth < nestingMax) {
    for (const match of text.matchAll(mark)) {
      addText(text.slice(from, match.index));
      from = match.index + match[0].length;
      const inline = inlineOf(match, depth);
      if (typeof inline === 'string') addText(inline);
      else found.push(inline);
    }
  }
  addText(text.slice(from));
  return found;
}

/** What a mark stands for; as it was written where it leads nowhere good. */
function inlineOf(match: RegExpExecArray, depth: number): RichInline | string {
  const [whole, escaped, label, address, bold, starred, underscored] = match;
  if (escaped !== undefined) return escaped;
  if (label !== undefined && address !== undefined) {
    const href = webAddress(address);
    return href === null ? whole : { kind: 'link', href, children: withoutLinks(inlines(label, depth + 1)) };
  }
  if (bold !== undefined) return { kind: 'strong', children: inlines(bold, depth + 1) };
  return { kind: 'emphasis', children: inlines(starred ?? underscored ?? '', depth + 1) };
}

/** An address of the Web that names its host and nobody's password; null for everything else. */
function webAddress(text: string): string | null {
  if (!/^https?:\/\//iu.test(text) || !URL.canParse(text)) return null;
  const { protocol, username, password, href } = new URL(text);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  return isWeb && username === '' && password === '' ? href : null;
}

function withoutLinks(children: RichInline[]): RichInline[] {
  return children.flatMap((child) => (child.kind === 'link' ? withoutLinks(child.children) : [child]));
}

/** The words alone, for a summary. */
export function plainWords(text: string): string {
  return richText(text)
    .flatMap((block) => (block.kind === 'list' ? block.items : [block.children]))
    .map(wordsOf)
    .join(' ');
}

function wordsOf(children: readonly RichInline[]): string {
  return children
    .map((child) => {
      if (child.kind === 'text') return child.text;
      return child.kind === 'break' ? ' ' : wordsOf(child.children);
    })
    .join('');
}
