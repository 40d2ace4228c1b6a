import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Halt } from '../up/halt.mjs';
import { installByApt } from './apt.mjs';
import { pinnedNode, requireInstalled, root } from '../up/paths.mjs';
import { run, tail } from '../up/run.mjs';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * The path of a Chromium that starts: the one of CHROMIUM_PATH, Playwright's own, one in the usual places;
 * else installed by Playwright; else by apt-get when this is root.
 */
export async function findChromium(given) {
  if (given !== undefined && given !== '') {
    if (await starts(given)) return given;
    throw new Halt(
      `CHROMIUM_PATH is ${given}, but that does not start. Correct it, or unset it to have Chromium found.`,
    );
  }
  const found = await firstThatStarts([playwrightsOwn(), ...usualPlaces]);
  return found ?? (await installed());
}

async function installed() {
  const byPlaywright = await run(
    pinnedNode,
    [join(root, 'node_modules', 'playwright', 'cli.js'), 'install', 'chromium'],
    { cwd: root },
  );
  if (await starts(playwrightsOwn())) return playwrightsOwn();
  const byApt = await installByApt('chromium');
  const found = await firstThatStarts(usualPlaces);
  if (found !== null) return found;
  throw new Halt(
    `There is no Chromium, and it could not be installed. Install one and set CHROMIUM_PATH.\n${tail(byPlaywright.output, 5)}\n${byApt}`,
  );
}

function playwrightsOwn() {
  return requireInstalled('playwright').chromium.executablePath();
}

async function firstThatStarts(paths) {
  for (const path of paths) if (await starts(path)) return path;
  return null;
}

async function starts(path) {
  if (!existsSync(path)) return false;
  return (await run(path, ['--version'])).code === 0;
}
