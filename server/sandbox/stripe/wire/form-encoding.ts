import { invalidRequest } from '#server/sandbox/stripe/wire/errors.ts';

export type FormValue = string | FormValue[] | FormObject;
export interface FormObject {
  [name: string]: FormValue;
}

const pairsMax = 1_000;
const depthMax = 8;
const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses `a[b][0][c]=v` as the Stripe API does: brackets nest, numbers or empty brackets make lists.
 * Throws an invalid request for a malformed name, too many pairs or too deep a nesting.
 */
export function parseForm(text: string): FormObject {
  const root = emptyObject();
  let pairs = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    pairs += 1;
    if (pairs > pairsMax) throw invalidRequest(`Too many parameters; at most ${pairsMax} are allowed.`);
    insert(root, pathOf(name), value);
  }
  return withLists(root);
}

function emptyObject(): FormObject {
  return Object.create(null) as FormObject;
}

function pathOf(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  const head = match?.[1];
  if (head === undefined) throw invalidRequest(`Invalid parameter name: ${name}`);
  const path = [head, ...[...(match?.[2] ?? '').matchAll(/\[([^[\]]*)\]/g)].map((part) => part[1] ?? '')];
  if (path.length > depthMax) throw invalidRequest(`Parameter is nested too deeply: ${name}`);
  if (path.some((part) => forbiddenNames.has(part))) throw invalidRequest(`Invalid parameter name: ${name}`);
  return path;
}

function insert(root: FormObject, path: string[], value: string): void {
  let target = root;
  path.forEach((part, index) => {
    const name = part === '' ? String(Object.keys(target).length) : part;
    if (index === path.length - 1) {
      target[name] = value;
      return;
    }
    const next = target[name] ?? emptyObject();
    if (typeof next === 'string' || Array.isArray(next)) {
      throw invalidRequest(`Invalid object: ${path.slice(0, index + 1).join('.')}`);
    }
    target[name] = next;
    target = next;
  });
}

/** Objects whose names are 0, 1, 2 … become lists; the root stays an object. */
function withLists(root: FormObject): FormObject {
  const result = emptyObject();
  for (const [name, value] of Object.entries(root)) result[name] = listed(value);
  return result;
}

function listed(value: FormValue): FormValue {
  if (typeof value === 'string' || Array.isArray(value)) return value;
  const nested = withLists(value);
  const names = Object.keys(nested);
  const isList = names.length > 0 && names.every((name, index) => name === String(index));
  return isList ? Object.values(nested) : nested;
}
