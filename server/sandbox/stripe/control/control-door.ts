import type { Sandbox } from '#server/sandbox/stripe/context.ts';
import { controlAction, type ControlAction } from '#server/sandbox/stripe/control/actions.ts';
import { control } from '#server/sandbox/stripe/control/control.ts';
import { controlPage } from '#server/sandbox/stripe/control/control-page.ts';
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

function readJson(body: string): ControlAction {
  let fields: unknown;
  try {
    fields = JSON.parse(body);
  } catch {
    throw invalidRequest('The body is not JSON.');
  }
  return readAction(fields);
}

/** An empty field of a form says nothing. */
function readForm(body: string): ControlAction {
  return readAction(Object.fromEntries([...new URLSearchParams(body)].filter(([, value]) => value !== '')));
}

function readAction(fields: unknown): ControlAction {
  const read = controlAction.safeParse(fields);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw invalidRequest(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no such action'}`);
}
