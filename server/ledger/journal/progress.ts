const millisecondsBetween = 1_000;

/** Says at most once a second how far a long work is, and when its next step begins. */
export function progressTo(stream: NodeJS.WritableStream): (section: string, rows: number) => void {
  let current = '';
  let last = 0;
  return (section, rows) => {
    const now = performance.now();
    if (section === current && now - last < millisecondsBetween) return;
    current = section;
    last = now;
    stream.write(rows === 0 ? `${section} ...\n` : `${section}: ${rows.toString()}\n`);
  };
}
