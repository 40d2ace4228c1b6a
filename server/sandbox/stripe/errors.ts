/** The error object of the Stripe API as it goes over the wire. */
export interface StripeErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  message: string;
  code?: string;
  decline_code?: string;
  param?: string;
  doc_url?: string;
  charge?: string;
}

export class StripeFailure extends Error {
  readonly status: number;
  readonly body: StripeErrorBody;

  constructor(status: number, body: StripeErrorBody) {
    super(body.message);
    this.name = 'StripeFailure';
    this.status = status;
    this.body = body.code === undefined ? body : { ...body, doc_url: documentationOf(body.code) };
  }
}

export function isStripeFailure(error: unknown): error is StripeFailure {
  return error instanceof StripeFailure;
}

function documentationOf(code: string): string {
  return `https://docs.stripe.com/error-codes#${code.replaceAll('_', '-')}`;
}

export function invalidRequest(message: string, about: { code?: string; param?: string } = {}): StripeFailure {
  return new StripeFailure(400, { type: 'invalid_request_error', message, ...about });
}

export function missingParameter(param: string): StripeFailure {
  return invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
}

export function unknownParameter(param: string): StripeFailure {
  return invalidRequest(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
}

export function noSuch(what: string, id: string, param = 'id'): StripeFailure {
  return new StripeFailure(404, {
    type: 'invalid_request_error',
    message: `No such ${what}: '${id}'`,
    code: 'resource_missing',
    param,
  });
}

/** A parameter that Stripe knows and this sandbox does not play. It never pretends. */
export function notPlayed(param: string): StripeFailure {
  return invalidRequest(`The Stripe sandbox of CASCADE does not play this parameter: ${param}`, {
    code: 'sandbox_unsupported',
    param,
  });
}
