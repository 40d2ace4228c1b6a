import { beforeAll, describe, expect, it } from 'vitest';
import { checkLedger } from '#server/ledger/checker.ts';
import { stepRaces } from '#server/testing/races/step-races.ts';
import { timerRaces } from '#server/testing/races/timer-races.ts';
import { testStage, type TestStage } from '#server/testing/races/test-stage.ts';

let stage: TestStage;

beforeAll(async () => {
  stage = await testStage();
});

describe('sixteen at once, over HTTP', () => {
  it.each([...stepRaces, ...timerRaces])('$name', async (race) => {
    await race.run(stage);
    expect((await checkLedger(stage.database.client)).findings).toEqual([]);
  });
});
