import { pino, type DestinationStream, type Logger } from 'pino';
import { logLevel } from './env.ts';
import { once } from './once.ts';

/** The process-wide structured log, JSON lines on standard output. Never pass it secrets or private fields. */
export function log(): Logger {
  return once('log', () => createLog(logLevel()));
}

export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['*.authorization', '*.cookie', '*.wallet', '*.secret', '*.token'],
    serializers: { err: plainError },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/**
 * What an error says and where it was thrown, causes included, but nothing that a library hung on it: an OpenID client's
 * errors carry the token that was refused, Stripe's the whole request.
 */
function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: 'something that is no error was thrown' };
  const { type, message, stack } = pino.stdSerializers.err(error);
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { type, message, stack, ...code };
}
