import { expect, it } from 'vitest';
import { goodsFile, testImports } from '#server/testing/imports.ts';
import { testMarket } from '#server/testing/market.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';

const rows = proofSize({ short: 40, long: 10_000 });
/** What it may take to apply ten thousand rows. */
const secondsMax = 60;

it(`a file of ${String(rows)} rows is read, applied, changed and taken back, all of it in batches`, async ({
  task,
  annotate,
}) => {
  const market = await testMarket();
  const imports = testImports(market, proofSize({ short: 15, long: 250 }));
  const seller = await market.citizen();
  const figures: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    figures[`${name}Ms`] = Math.ceil(performance.now() - started);
    await annotate(`${name}: ${String(figures[`${name}Ms`])} ms for ${String(rows)} rows`);
    return result;
  };
  const sent = await timed('check', () => imports.send(seller, goodsFile(rows)));
  await imports.start(seller, sent.id);
  await timed('apply', () => imports.work());
  expect((await imports.see(seller, sent.id)).outcomes).toMatchObject({ created: rows, left: 0 });
  const text = await timed('export', () => imports.export(seller));
  expect(text.split('\n')).toHaveLength(rows + 2);
  const again = await timed('checkKnown', () => imports.send(seller, goodsFile(rows, { price: '20' })));
  expect(again.previews[0]).toMatchObject({ updated: rows, created: 0 });
  await imports.start(seller, again.id);
  await timed('update', () => imports.work());
  await imports.startUndo(seller, again.id);
  await timed('undo', () => imports.work());
  expect((await imports.see(seller, again.id)).undone).toMatchObject({ restored: rows, left: 0 });
  expect(await imports.export(seller)).toBe(text);
  task.meta.figures = figures;
  expect(Math.max(figures['applyMs'] ?? 0, figures['updateMs'] ?? 0)).toBeLessThan(secondsMax * 1_000);
}, 600_000);
