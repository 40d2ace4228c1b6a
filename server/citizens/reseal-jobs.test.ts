import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealing, SealBroken, type SealingKey } from '#server/platform/sealing.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testDatabase } from '#server/testing/database.ts';
import { testBrowser } from '#server/testing/factors.ts';
import { addressPlace, openText, sealText } from './mail.ts';
import { resealFields } from './reseal-jobs.ts';
import { openTotp, sealTotp } from './totp.ts';

const key = (id: string): SealingKey => ({ id, key: randomBytes(32) });

describe('a change of the key of sealed fields', async () => {
  const database = await testDatabase();
  const clock = movableClock(new Date());
  const [older, newer] = [key('a'), key('b')];
  const before = createSealing([older]);
  const during = createSealing([newer, older]);
  const after = createSealing([newer]);

  async function citizenWithSecret(secret: string): Promise<string> {
    const { citizenId } = await testBrowser({ database, clock });
    const secretSealed = sealTotp(before, { citizenId, secret });
    await database.client.totpFactor.create({ data: { citizenId, secretSealed, createdAt: clock.now() } });
    return citizenId;
  }
  const sealAddress = (citizenId: string) => sealText(before, 'zuane@example.test', addressPlace(citizenId));
  const sealedOf = async (citizenId: string) =>
    (await database.client.totpFactor.findUniqueOrThrow({ where: { citizenId } })).secretSealed;

  it('seals everything anew while it is read and written, and then the old key can go', async () => {
    const citizens = await Promise.all(
      Array.from({ length: 20 }, (_, index) => citizenWithSecret(`SECRET${String(index)}`)),
    );
    const [changed = ''] = citizens;
    const reading = async () => {
      for (const [index, citizenId] of citizens.entries()) {
        if (citizenId === changed) continue;
        expect(openTotp(during, { citizenId, secretSealed: await sealedOf(citizenId) })).toBe(`SECRET${String(index)}`);
      }
    };
    const writing = async () => {
      const secretSealed = sealTotp(during, { citizenId: changed, secret: 'CHANGED' });
      await database.client.totpFactor.update({ where: { citizenId: changed }, data: { secretSealed } });
    };
    const [resealed] = await Promise.all([resealFields({ database, sealing: during }), reading(), writing()]);
    expect(resealed).toBeGreaterThanOrEqual(19);
    expect(openTotp(after, { citizenId: changed, secretSealed: await sealedOf(changed) })).toBe('CHANGED');
    for (const [index, citizenId] of citizens.slice(1).entries()) {
      const secretSealed = await sealedOf(citizenId);
      expect(openTotp(after, { citizenId, secretSealed })).toBe(`SECRET${String(index + 1)}`);
      expect(() => openTotp(before, { citizenId, secretSealed })).toThrow(SealBroken);
    }
    expect(await resealFields({ database, sealing: during })).toBe(0);
  });

  it('goes on behind a value that does not open, and names it at the end', async () => {
    const [broken = '', whole = ''] = [await citizenWithSecret('ONE'), await citizenWithSecret('TWO')].sort();
    await database.client.totpFactor.update({ where: { citizenId: broken }, data: { secretSealed: 'a.AAAA' } });
    const times = { verifiedAt: clock.now(), reachableSince: clock.now() };
    await database.client.contactEmail.create({
      data: { citizenId: broken, addressSealed: sealAddress(broken), locale: 'en', ...times },
    });
    await expect(resealFields({ database, sealing: during })).rejects.toThrow(`totp_factor ${broken}`);
    expect((await sealedOf(whole)).startsWith('b.')).toBe(true);
    const contact = await database.client.contactEmail.findUniqueOrThrow({ where: { citizenId: broken } });
    expect(openText(after, contact.addressSealed, addressPlace(broken))).toBe('zuane@example.test');
  });
});
