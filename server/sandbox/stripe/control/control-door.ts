import type { Sandbox } from '#server/sandbox/stripe/context.ts';
import { control, type ControlAction } from '#server/sandbox/stripe/control/control.ts';
import { controlPage } from '#server/sandbox/stripe/control/control-page.ts';
import type { Verdict } from '#server/sandbox/stripe/money/disputes.ts';
import type { FailMode } from '#server/sandbox/stripe/state/chaos.ts';
import { invalidRequest, isStripeFailure } from '#server/sandbox/stripe/wire/errors.ts';
import { plain, redirect, type SandboxReply, type SandboxRequest } from '#server/sandbox/stripe/wire/http.ts';

/** `/_sandbox` shows what happened; `POST /_sandbox/control` makes things happen, as JSON or from the page's forms. */
export function answerControl(sandbox: Sandbox, request: SandboxRequest): SandboxReply {
  if (request.path === '/_sandbox' && request.method === 'GET') return controlPage(sandbox, request.query);
  if (request.path !== '/_sandbox/control' || request.method !== 'POST') return plain(404, 'No such control.');
  const origin = request.headers.origin;
  if (origin !== undefined && origin !== sandbox.url() && origin !== 'null')
    return plain(403, 'Another site may not do this.');
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
  try {
    const answer = control(sandbox, isJson ? readJson(request.body) : readForm(request.body));
    return isJson ? json(200, answer) : redirect('/_sandbox?done');
  } catch (error) {
    if (!isStripeFailure(error)) throw error;
    if (isJson) return json(error.status, { error: error.body });
    return redirect(`/_sandbox?problem=${encodeURIComponent(error.message)}`);
  }
}

function json(status: number, body: object): SandboxReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

type Fields = Record<string, unknown>;

function readJson(body: string): ControlAction {
  let fields: unknown;
  try {
    fields = JSON.parse(body);
  } catch {
    throw invalidRequest('The body is not JSON.');
  }
  if (typeof fields !== 'object' || fields === null) throw invalidRequest('An object is needed.');
  return readAction(fields as Fields);
}

function readForm(body: string): ControlAction {
  return readAction(Object.fromEntries(new URLSearchParams(body)));
}

function readAction(fields: Fields): ControlAction {
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  const whole = (name: string): number => {
    const value = fields[name];
    return typeof value === 'number' ? value : Number.parseInt(text(name), 10);
  };
  const isOn = (name: string): boolean => fields[name] === true || text(name) === 'true';
  const number = <N extends string>(name: N): Partial<Record<N, number>> =>
    fields[name] === undefined || fields[name] === '' ? {} : ({ [name]: whole(name) } as Record<N, number>);
  switch (fields['action']) {
    case 'status':
    case 'hold':
      return { action: fields['action'] };
    case 'release':
      return { action: 'release', order: text('order') === 'reversed' ? 'reversed' : 'as_happened' };
    case 'delay':
      return { action: 'delay', delayMs: whole('delayMs') };
    case 'drop_next':
      return { action: 'drop_next', count: whole('count') };
    case 'resend':
      return { action: 'resend', event: text('event'), times: fields['times'] === undefined ? 1 : whole('times') };
    case 'fail_next':
      return {
        action: 'fail_next',
        mode: failModes.find((mode) => mode === text('mode')) ?? 'before',
        count: whole('count'),
        route: text('route'),
        ...number('delayMs'),
      };
    case 'weather':
      return {
        action: 'weather',
        ...number('times'),
        ...number('spreadMs'),
        ...number('dropPerMille'),
        ...number('seed'),
      };
    case 'replay':
      return { action: 'replay', which: text('which') === 'all' ? 'all' : 'dropped' };
    case 'settle':
      return { action: 'settle', session: text('session'), ...outcome(text('outcome')) };
    case 'dispute':
      return {
        action: 'dispute',
        charge: text('charge'),
        inquiry: isOn('inquiry'),
        ...number('amount'),
        ...(text('reason') === '' ? {} : { reason: text('reason') }),
      };
    case 'warn':
      return { action: 'warn', charge: text('charge') };
    case 'decide_dispute':
      return {
        action: 'decide_dispute',
        dispute: text('dispute'),
        verdict: verdict(text('verdict')),
        keepFee: isOn('keepFee'),
      };
    case 'fail_refund':
      return { action: 'fail_refund', refund: text('refund') };
    case 'advance_clock':
      return { action: 'advance_clock', seconds: whole('seconds') };
    case 'webhook_url':
      return { action: 'webhook_url', url: text('url') === '' ? null : text('url') };
    case 'expire':
      return { action: 'expire', session: text('session') };
    case 'pay':
      return {
        action: 'pay',
        session: text('session'),
        card: text('card'),
        ...(text('bankAccount') === '' ? {} : { bankAccount: text('bankAccount') }),
        ...authenticate(text('authenticate')),
      };
    default:
      throw invalidRequest('No such action.');
  }
}

function authenticate(answer: string): { authenticate?: 'complete' | 'fail' } {
  return answer === 'complete' || answer === 'fail' ? { authenticate: answer } : {};
}

const failModes: readonly FailMode[] = ['before', 'after', 'slow'];

function verdict(text: string): Verdict {
  if (text === 'won' || text === 'lost' || text === 'escalated') return text;
  throw invalidRequest('A dispute is won, lost or escalated.');
}

function outcome(answer: string): { outcome?: 'succeed' | 'fail' } {
  return answer === 'succeed' || answer === 'fail' ? { outcome: answer } : {};
}
