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
  /** Whether the call had begun to do its work: Stripe keeps such an answer under the idempotency key. */
  readonly isKept: boolean;

  constructor(status: number, body: StripeErrorBody, { isKept = false } = {}) {
    super(body.message);
    this.name = 'StripeFailure';
    this.status = status;
    this.body = body.code === undefined ? body : { ...body, doc_url: documentationOf(body.code) };
    this.isKept = isKept;
  }
}

export function isStripeFailure(error: unknown): error is StripeFailure {
  return error instanceof StripeFailure;
}

function documentationOf(code: string): string {
  return `https://docs.stripe.com/error-codes#${code.replaceAll('_', '-')}`;
}

interface About {
  code?: string;
  param?: string;
}

/** The parameters are wrong: nothing was begun. */
export function invalidRequest(message: string, about: About = {}): StripeFailure {
  return new StripeFailure(400, { type: 'invalid_request_error', message, ...about });
}

/** The parameters are right but the state of things forbids it. */
export function stateRefusal(message: string, about: About = {}): StripeFailure {
  return new StripeFailure(400, { type: 'invalid_request_error', message, ...about }, { isKept: true });
}

export function missingParameter(param: string): StripeFailure {
  return invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
}

export function emptyParameter(param: string): StripeFailure {
  return invalidRequest(
    `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however ` +
      `'${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`,
    { code: 'parameter_invalid_empty', param },
  );
}

export function unknownParameter(param: string): StripeFailure {
  return invalidRequest(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
}

export function noSuch(what: string, id: string, param = 'id'): StripeFailure {
  return new StripeFailure(param === 'id' ? 404 : 400, {
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
