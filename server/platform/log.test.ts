import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';

function written(fields: object): string {
  const lines: string[] = [];
  createLog('info', { write: (line) => lines.push(line) }).warn(fields, 'a line');
  return lines.join('');
}

describe('an error in the log', () => {
  it('says what, why and where, with its code and its causes', () => {
    const error = Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'E_OUTER' });
    const line = JSON.parse(written({ err: error })) as { err: Record<string, string> };
    expect(line.err).toMatchObject({ type: 'Error', message: 'outer: inner', code: 'E_OUTER' });
    expect(line.err['stack']).toContain('log.test.ts');
    expect(line.err['stack']).toContain('caused by: Error: inner');
  });

  it('leaves out what a library hung on it: a token that was refused, a request as it was sent', () => {
    const cause = Object.assign(new Error('inner'), { session_state: 'private-state' });
    const error = Object.assign(new Error('nonce mismatch', { cause }), {
      jwt: 'private-token',
      params: { code: 'private-code' },
      raw: { headers: { authorization: 'Bearer private-key' } },
    });
    expect(written({ err: error })).not.toContain('private');
    expect(written({ err: 'private words' })).not.toContain('private');
  });
});
