const isTerminal = process.stdout.isTTY === true;
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 120;
const heartbeatMs = 15_000;

/** Seconds since `startedAt` (milliseconds), with one decimal. */
export function secondsSince(startedAt) {
  return ((Date.now() - startedAt) / 1000).toFixed(1);
}

/**
 * Runs one long step and shows that it moves: a spinner with the seconds on a terminal, a line now and then
 * elsewhere. `work` receives `note(text)` to say what it is doing. Ends with one line holding the seconds.
 */
export async function step(title, work) {
  const startedAt = Date.now();
  let remark = '';
  const note = (text) => {
    remark = text === '' ? '' : ` (${text})`;
  };
  const stop = isTerminal ? spin(title, startedAt, () => remark) : heartbeat(title, startedAt, () => remark);
  try {
    const result = await work(note);
    stop();
    process.stdout.write(`  ✓ ${title}${remark} ${secondsSince(startedAt)} s\n`);
    return result;
  } catch (error) {
    stop();
    process.stdout.write(`  ✗ ${title} ${secondsSince(startedAt)} s\n`);
    throw error;
  }
}

function spin(title, startedAt, remark) {
  let turn = 0;
  const draw = () => {
    const line = `  ${frames[turn++ % frames.length]} ${title}${remark()} ${secondsSince(startedAt)} s`;
    process.stdout.write(`\r\x1b[2K${line.slice(0, (process.stdout.columns ?? 80) - 1)}`);
  };
  draw();
  const timer = setInterval(draw, frameMs);
  return () => {
    clearInterval(timer);
    process.stdout.write('\r\x1b[2K');
  };
}

function heartbeat(title, startedAt, remark) {
  process.stdout.write(`  · ${title} …\n`);
  const tell = () => process.stdout.write(`  · ${title}${remark()} … ${secondsSince(startedAt)} s\n`);
  const timer = setInterval(tell, heartbeatMs);
  return () => clearInterval(timer);
}
