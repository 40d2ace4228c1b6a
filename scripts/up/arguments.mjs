import { parseArgs } from 'node:util';
import { Halt } from './halt.mjs';

const usage = 'Usage: npm run up -- [--fresh] [--port N]';

/** The choices of the command line: `{ isFresh, isDev, port }`; `port` is null when none was given. */
export function readArguments(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: { fresh: { type: 'boolean' }, dev: { type: 'boolean' }, port: { type: 'string' } },
    }));
  } catch (error) {
    throw new Halt(`${error.message}\n${usage}`);
  }
  const port = values.port === undefined ? null : readPort(values.port, '--port');
  return { isFresh: values.fresh === true, isDev: values.dev === true, port };
}

/** A port number from 1 to 65535. Throws a `Halt` that names the setting. */
export function readPort(text, name) {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new Halt(`${name} takes a number from 1 to 65535, and this is "${text}".`);
}
