/** What the typefaces of a share image have no letter for: without it nothing is fetched from elsewhere to draw it. */
const undrawable = /[^\u0020-\u007e\u00a0-\u024f\u1e00-\u1eff\u2010-\u2027\u20ac]+/gu;

/** A text as it can be drawn, at most so many letters long and cut between words. */
export function drawable(text: string, lengthMax: number): string {
  const plain = text.normalize('NFC').replace(undrawable, ' ').replace(/\s+/gu, ' ').trim();
  if (plain.length <= lengthMax) return plain;
  const cut = plain.slice(0, lengthMax);
  const end = cut.lastIndexOf(' ');
  return `${end > lengthMax / 2 ? cut.slice(0, end) : cut} …`;
}
