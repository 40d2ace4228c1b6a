import { isBankAccountNumber, testBankAccounts } from '#server/sandbox/stripe/checkout/bank-accounts.ts';
import { findAccount, submitDetails } from '#server/sandbox/stripe/connect/accounts.ts';
import { nowMs, nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { html, page } from '#server/sandbox/stripe/pages/page-layout.ts';
import { newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import { missingParameter } from '#server/sandbox/stripe/wire/errors.ts';
import { plain, redirect, type SandboxReply, type SandboxRequest } from '#server/sandbox/stripe/wire/http.ts';
import type { ApiCall, Route } from '#server/sandbox/stripe/wire/route.ts';

/** An account link opens once and soon; what it opens lasts an hour. */
export interface OnboardingRecord {
  account: string;
  refreshUrl: string;
  returnUrl: string;
  expiresAtMs: number;
  kind: 'link' | 'form';
}

const linkLivesMs = 5 * 60_000;
const formLivesMs = 60 * 60_000;

export const accountLinkRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/account_links', run: createAccountLink },
];

function createAccountLink(sandbox: Sandbox, { input }: ApiCall): object {
  const account = findAccount(sandbox, input.requiredText('account'), 'account');
  const type = input.choice('type', ['account_onboarding', 'account_update']);
  if (type === undefined) throw missingParameter('type');
  const refreshUrl = input.url('refresh_url');
  if (refreshUrl === undefined) throw missingParameter('refresh_url');
  const returnUrl = input.url('return_url');
  if (returnUrl === undefined) throw missingParameter('return_url');
  input.finish();
  const expiresAtMs = nowMs(sandbox) + linkLivesMs;
  const token = newIdentifier('onboarding');
  sandbox.store.put('onboarding', token, { account: account.id, refreshUrl, returnUrl, expiresAtMs, kind: 'link' });
  return {
    object: 'account_link',
    created: nowSeconds(sandbox),
    expires_at: Math.floor(expiresAtMs / 1_000),
    url: `${sandbox.url()}/setup/${token}`,
  };
}

/** `/setup/:token`, where the holder of a connected account says who they are and where payouts go. */
export function answerOnboarding(sandbox: Sandbox, request: SandboxRequest): SandboxReply {
  const token = request.path.slice('/setup/'.length);
  const found = sandbox.store.get('onboarding', token);
  if (found === undefined) return plain(404, 'There is no such onboarding link.');
  if (found.expiresAtMs <= nowMs(sandbox)) return redirect(found.refreshUrl);
  if (found.kind === 'link') return openForm(sandbox, token, found);
  if (request.method !== 'POST') return form(sandbox, { token, found, problem: null });
  const fields = new URLSearchParams(request.body);
  const text = (name: string): string => (fields.get(name) ?? '').trim().slice(0, 200);
  const onboarding = {
    holder: text('holder'),
    bankAccount: text('bankAccount').replace(/[\s-]/g, ''),
    idNumber: text('idNumber').replace(/[\s-]/g, ''),
  };
  const problem = problemOf(onboarding);
  if (problem !== null) return form(sandbox, { token, found, problem });
  submitDetails(sandbox, found.account, onboarding);
  sandbox.store.remove('onboarding', token);
  return redirect(found.returnUrl);
}

function openForm(sandbox: Sandbox, token: string, found: OnboardingRecord): SandboxReply {
  const formToken = newIdentifier('onboarding');
  sandbox.store.put('onboarding', token, { ...found, expiresAtMs: 0 });
  sandbox.store.put('onboarding', formToken, { ...found, kind: 'form', expiresAtMs: nowMs(sandbox) + formLivesMs });
  return redirect(`/setup/${formToken}`);
}

function problemOf({
  holder,
  bankAccount,
  idNumber,
}: Record<'holder' | 'bankAccount' | 'idNumber', string>): string | null {
  if (holder === '') return 'Your name is missing.';
  if (!/^\d{9}$/.test(idNumber)) return 'A social security number has nine digits.';
  return isBankAccountNumber(bankAccount) ? null : 'Your account number is incomplete.';
}

function form(
  sandbox: Sandbox,
  { token, found, problem }: { token: string; found: OnboardingRecord; problem: string | null },
): SandboxReply {
  const account = sandbox.store.get('account', found.account);
  const body = html`<main class="challenge">
    <h1>Tell Stripe who you are</h1>
    <p class="muted">So that CASCADE can pay you${account?.email !== null && html` (${account?.email ?? ''})`}.</p>
    ${problem !== null && html`<div class="alert" role="alert">${problem}</div>`}
    <form class="pay" method="post" action="/setup/${token}">
      <div class="field">
        <label for="holder">Your full name</label>
        <input id="holder" name="holder" autocomplete="name" required maxlength="100" />
      </div>
      <div class="field">
        <label for="idNumber">Social security number</label>
        <input
          id="idNumber"
          name="idNumber"
          inputmode="numeric"
          required
          value="000000000"
          aria-describedby="id-hint"
        />
        <span class="small muted" id="id-hint">000000000 is verified, 111111111 is not.</span>
      </div>
      <div class="field">
        <label for="bankAccount">Bank account number</label>
        <input
          id="bankAccount"
          name="bankAccount"
          inputmode="numeric"
          required
          value="000123456789"
          aria-describedby="bank-hint"
        />
        <span class="small muted" id="bank-hint">
          ${testBankAccounts.map((bank) => html`${bank.number}: ${bank.hint}. `)}
        </span>
      </div>
      <button class="primary" type="submit">Agree and submit</button>
    </form>
    <p><a class="back" href="${found.returnUrl}">Do this later</a></p>
  </main>`;
  const origins = [found.returnUrl, found.refreshUrl].map((url) => new URL(url).origin);
  return page({ title: 'Onboarding · Stripe sandbox', body, formOrigins: [...new Set(origins)] });
}
