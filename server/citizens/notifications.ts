import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';
export async function notify(
  tx: Tx,
  deps: { clock: Clock; ids: Ids },
  input: { citizenId: string; kind: string; details: Record<string, string | number | boolean | null> },
): Promise<void> {
  const { citizenId, kind, details } = input;
  await tx.notification.create({
    data: { id: deps.ids.uuid(), citizenId, kind, details, createdAt: deps.clock.now() },
    select: { id: true },
  });
}
