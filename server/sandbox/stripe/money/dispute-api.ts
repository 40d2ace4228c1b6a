import type Stripe from 'stripe';

import type { Sandbox } from '#server/sandbox/stripe/context.ts';
import { evidenceTexts } from '#server/sandbox/stripe/money/dispute-objects.ts';
import { change, close, isClosed, isOpen } from '#server/sandbox/stripe/money/disputes.ts';
import { invalidRequest, noSuch, stateRefusal } from '#server/sandbox/stripe/wire/errors.ts';
import type { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';
import { listOf, oneOf, type ApiCall, type Route } from '#server/sandbox/stripe/wire/route.ts';

export const disputeRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/disputes',
    run: listOf({ kind: 'dispute', url: '/v1/disputes', fields: ['charge', 'payment_intent'] }),
  },
  { method: 'GET', path: '/v1/disputes/:id', run: oneOf('dispute', 'dispute') },
  { method: 'POST', path: '/v1/disputes/:id', run: updateDispute },
  {
    method: 'POST',
    path: '/v1/disputes/:id/close',
    run: (sandbox, { id, input }) => {
      input.finish();
      const dispute = findDispute(sandbox, id);
      if (isClosed(dispute)) throw stateRefusal('This dispute is already closed.');
      return close(sandbox, dispute, dispute.status.startsWith('warning') ? 'warning_closed' : 'lost');
    },
  },
];

function findDispute(sandbox: Sandbox, id: string): Stripe.Dispute {
  const dispute = sandbox.store.get('dispute', id);
  if (dispute === undefined) throw noSuch('dispute', id);
  return dispute;
}

const evidenceLengthMax = 150_000;

/** Stages evidence, or submits it, which happens once; `submit` is true when evidence comes without a word. */
function updateDispute(sandbox: Sandbox, { id, input }: ApiCall): Stripe.Dispute {
  const dispute = findDispute(sandbox, id);
  const given = input.child('evidence');
  const evidence = given === undefined ? dispute.evidence : readEvidence(dispute.evidence, given);
  const isSubmitted = input.boolean('submit') ?? given !== undefined;
  const metadata = input.metadata(dispute.metadata);
  input.finish();
  if ((given !== undefined || isSubmitted) && !isOpen(dispute)) {
    throw stateRefusal('Evidence can no longer be added to this dispute: it was submitted, or the dispute is closed.', {
      param: 'evidence',
    });
  }
  const details = dispute.evidence_details;
  const hasEvidence = given !== undefined || details.has_evidence;
  const evidenceDetails: Stripe.Dispute.EvidenceDetails = {
    ...details,
    has_evidence: hasEvidence,
    submission_count: details.submission_count + (isSubmitted ? 1 : 0),
    submission_method: isSubmitted ? 'manual' : details.submission_method,
  };
  const status = dispute.status === 'warning_needs_response' ? 'warning_under_review' : 'under_review';
  const to = { evidence, evidence_details: evidenceDetails, metadata, ...(isSubmitted ? { status } : {}) };
  const updated = change(sandbox, dispute, { type: 'charge.dispute.updated', to });
  if (isSubmitted) sandbox.scheduler.plan('judge_dispute', id, sandbox.options.balanceDelayMs);
  return updated;
}

function readEvidence(existing: Stripe.Dispute.Evidence, input: Parameters): Stripe.Dispute.Evidence {
  const evidence = { ...existing };
  for (const name of evidenceTexts) {
    const text = input.unsettable(name, 20_000);
    if (text !== undefined) evidence[name] = text;
  }
  const length = evidenceTexts.reduce((sum, name) => sum + (evidence[name]?.length ?? 0), 0);
  if (length > evidenceLengthMax) {
    throw invalidRequest(`The combined length of the evidence is at most ${evidenceLengthMax} characters.`, {
      param: 'evidence',
    });
  }
  return evidence;
}
