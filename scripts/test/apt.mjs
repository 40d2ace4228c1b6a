import { run, tail } from '../up/run.mjs';

/** Installs a Debian package when this is root. Resolves with a sentence on what happened. */
export async function installByApt(name) {
  if (process.getuid?.() !== 0) return 'apt-get was not tried: this is not root.';
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env });
  const { output } = await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', name], { env });
  return tail(output, 5);
}
