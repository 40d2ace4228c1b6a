/** Where an event from outside stands: `failed` ones are tried again until they were tried too often. */
export const inboxStates = ['received', 'handled', 'ignored', 'failed'] as const;
export type InboxState = (typeof inboxStates)[number];
