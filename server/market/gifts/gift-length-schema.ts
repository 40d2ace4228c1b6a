/** How long what goes with a gift may be. Apart from the schemas: a page that only reads has no use for their library. */
export const giftNoteLength = { min: 1, max: 200 } as const;
/** Longest name of a citizen of Venice. */
export const recipientNameLengthMax = 64;
