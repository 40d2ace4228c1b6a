/** Most units of one thing in one order. Apart from the schemas: a page that only reads has no use for their library. */
export const quantityMax = 100;
