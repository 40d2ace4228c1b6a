/** How a coupon's code is read, apart from the schemas: pages that are only read have no use for their library. */

export const couponCodeLength = { min: 3, max: 30 } as const;

/** What was typed, as codes are kept: in capitals. Null where it cannot be a code. */
export function couponCodeOf(text: string): string | null {
  const code = text.trim().toUpperCase();
  return /^[A-Z0-9-]{3,30}$/.test(code) ? code : null;
}
