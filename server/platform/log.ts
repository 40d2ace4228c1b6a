import { pino, type Logger } from 'pino';
import { env } from './env.ts';
import { once } from './once.ts';

/** The process-wide structured log, JSON lines on standard output. Never pass it secrets or private fields. */
export function log(): Logger {
  return once('log', () =>
    pino({
      level: env().LOG_LEVEL,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['*.authorization', '*.cookie', '*.wallet', '*.secret', '*.token'],
    }),
  );
}
