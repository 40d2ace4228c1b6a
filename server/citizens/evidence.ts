import type { Db } from '#server/platform/db.ts';

/** Sign-ins of a citizen, in plain words: what they were proved by, from which device and network. */
export const signInEvidence = {
  name: 'sign_ins',
  items: async (db: Db, period: { citizenId: string; from: Date; to: Date; limit: number }) => {
    const { citizenId, from, to, limit } = period;
    const sessions = await db.session.findMany({
      where: { citizenId, createdAt: { gte: from, lte: to } },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit,
      select: { method: true, device: true, place: true, secondFactorAt: true, createdAt: true },
    });
    return sessions.map(({ method, device, place, secondFactorAt, createdAt }) => ({
      at: createdAt,
      text: `Signed in by ${method}${secondFactorAt === null ? '' : ' and a second factor'}, ${device}, network ${place}.`,
    }));
  },
} as const;
