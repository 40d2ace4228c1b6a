import { describe, expect, it } from 'vitest';
import { notify } from '#server/citizens/notifications.ts';
import { endSession, renewSession } from '#server/citizens/sessions.ts';
import { systemClock } from '#server/platform/clock.ts';
import { systemIds } from '#server/platform/ids.ts';
import { frontSecret, testFront } from '#server/testing/front.ts';
import { cookieOf, signedInCitizen } from '#server/testing/sessions.ts';

const front = await testFront();
const tools = { clock: systemClock, ids: systemIds };

/** A browser that listens; `text` is what it heard so far, `over` resolves when the answer ended. */
async function listen(cookie: string) {
  const stop = new AbortController();
  const url = `${front.base}/api/trpc/notifications.stream?input=${encodeURIComponent(JSON.stringify({ json: {} }))}`;
  const response = await fetch(url, { headers: { cookie, accept: 'text/event-stream' }, signal: stop.signal });
  const heard = { text: '', isOver: false };
  const over = (async () => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) heard.text += decoder.decode(chunk, { stream: true });
    } finally {
      heard.isOver = true;
    }
  })();
  over.catch(() => undefined);
  return { response, heard, over, stop };
}

const hello = /"unread":0/;
let count = 0;
const newcomer = () =>
  signedInCitizen(front.direct, { username: `Hearer${String((count += 1))}`, secret: frontSecret });

describe('the live stream through the front', () => {
  it('brings a notification within seconds of its commit', async () => {
    const { citizenId, cookie } = await newcomer();
    const { response, heard, stop } = await listen(cookie);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    await expect.poll(() => heard.text, { timeout: 5_000 }).toMatch(hello);
    await front.direct.inTransaction((tx) => notify(tx, tools, { citizenId, kind: 'factor_added', details: {} }));
    await expect.poll(() => heard.text, { timeout: 5_000 }).toMatch(/factor_added/);
    expect(heard.text).toMatch(/id: [0-9a-f-]{36}/);
    stop.abort();
    await expect.poll(() => front.streams.size, { timeout: 5_000 }).toBe(0);
    expect(front.rejections).toEqual([]);
  });

  it('ends within five seconds when its session is ended anywhere', async () => {
    const { cookie, sessionId } = await newcomer();
    const { heard, over } = await listen(cookie);
    await expect.poll(() => heard.text, { timeout: 5_000 }).toMatch(hello);
    const endedAt = performance.now();
    await endSession(front.direct.client, { sessionId, now: new Date() });
    await over;
    expect(performance.now() - endedAt).toBeLessThan(5_000);
    expect(heard.text).toMatch(/event: return/);
  });

  it('breaks off within five seconds when its session gets a new token: only that one connects again', async () => {
    const { cookie, sessionId } = await newcomer();
    const { heard, over } = await listen(cookie);
    await expect.poll(() => heard.text, { timeout: 5_000 }).toMatch(hello);
    const renewal = { sessionId, isSecondFactor: true, now: new Date() };
    const token = await front.direct.inTransaction((tx) => renewSession(tx, renewal));
    await over;
    // An error that browsers answer by connecting again, where a return would be the end.
    expect(heard.text).toMatch(/event: serialized-error\ndata: .*session_renewed/);
    const [thief, owner] = [await listen(cookie), await listen(await cookieOf(token, frontSecret))];
    await expect.poll(() => owner.heard.text, { timeout: 5_000 }).toMatch(hello);
    expect(thief.heard.text).not.toMatch(hello);
    for (const { stop } of [thief, owner]) stop.abort();
  });

  it('ends within five seconds when a second factor was set up elsewhere, which its session owes now', async () => {
    const { cookie, citizenId } = await newcomer();
    const { heard, over } = await listen(cookie);
    await expect.poll(() => heard.text, { timeout: 5_000 }).toMatch(hello);
    await front.direct.client.citizen.update({ where: { id: citizenId }, data: { hasSecondFactor: true } });
    await over;
    expect(heard.text).toMatch(/event: return/);
  });

  it('is not there for whoever is not signed in', async () => {
    const { heard, over } = await listen('');
    await over.catch(() => undefined);
    expect(heard.text).toMatch(/sign_in_required|Please sign in first/);
    expect(heard.text).not.toMatch(hello);
  });

  it('is open four times at most for one citizen, and there is room again once one leaves', async () => {
    const { cookie } = await newcomer();
    const open = await Promise.all(Array.from({ length: 4 }, () => listen(cookie)));
    for (const { heard } of open) await expect.poll(() => heard.text, { timeout: 5_000 }).toMatch(hello);
    const fifth = await listen(cookie);
    await expect.poll(() => fifth.heard.text, { timeout: 5_000 }).toMatch(/too_many_streams/);
    open[0]?.stop.abort();
    await expect
      .poll(
        async () => {
          const { heard, stop } = await listen(cookie);
          await expect.poll(() => heard.text, { timeout: 5_000 }).toMatch(/unread|too_many_streams/);
          stop.abort();
          return heard.text;
        },
        { timeout: 15_000 },
      )
      .toMatch(hello);
    for (const { stop } of open) stop.abort();
  });

  it('ends at once when the process is told to stop', async () => {
    const { cookie } = await newcomer();
    const { heard, over } = await listen(cookie);
    await expect.poll(() => heard.text, { timeout: 5_000 }).toMatch(hello);
    for (const stream of front.streams) stream.destroy();
    await expect(over).rejects.toThrow();
    await expect.poll(() => front.streams.size).toBe(0);
    expect(front.rejections).toEqual([]);
  });
});
