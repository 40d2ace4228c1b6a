import { systemIds } from './ids.ts';
import { once } from './once.ts';

/** Names this process. A door, a route and a page must all say the same, or state would exist several times. */
export function instanceId(): string {
  return once('instance', () => systemIds.uuid());
}
