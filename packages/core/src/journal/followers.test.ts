import { describe, expect, it } from 'vitest';
import type { OverseerEvent } from '../spec/event.ts';
import { Followers } from './followers.ts';

describe('Followers', () => {
  it('D1: gives each reader what it follows, once and in order', () => {
    const followers = new Followers();
    const [a, b, all] = [followers.follow('a'), followers.follow('b'), followers.follow(undefined)];
    followers.publish([event(1, 'a'), event(2, 'b')]);
    followers.publish([event(3, 'a')]);
    expect(seqs(a.take().events)).toEqual([1, 3]);
    expect(seqs(b.take().events)).toEqual([2]);
    expect(seqs(all.take().events)).toEqual([1, 2, 3]);
    expect(a.take()).toEqual({ events: [], missed: false, ended: false });
  });

  it('D1: wakes a reader for what it follows and for nothing else', async () => {
    const followers = new Followers();
    const follower = followers.follow('a');
    let woken = 0;
    const wait = (): void => void follower.changed().then(() => (woken += 1));
    wait();
    wait();
    followers.publish([event(1, 'b')]);
    await turns();
    expect(woken).toBe(0);
    followers.publish([event(2, 'a')]);
    await turns();
    expect(woken).toBe(2);
    wait();
    await turns();
    expect(woken).toBe(3);
    follower.take();
    wait();
    await turns();
    expect(woken).toBe(3);
  });

  it('D1: keeps a bounded number for a slow reader, says that it missed some, and then goes on', () => {
    const followers = new Followers();
    const [slow, fast] = [followers.follow('a'), followers.follow('a')];
    const kept: number[] = [];
    for (let seq = 1; seq <= 1_025; seq++) {
      followers.publish([event(seq, 'a')]);
      kept.push(...seqs(fast.take().events));
    }
    expect(kept).toHaveLength(1_025);
    const taken = slow.take();
    expect(taken.missed).toBe(true);
    expect(seqs(taken.events)).toEqual(kept.slice(0, 1_024));
    followers.publish([event(2_000, 'a')]);
    expect(slow.take()).toMatchObject({ events: [{ seq: 2_000 }], missed: false });
  });

  it('D1: a full queue is not said to miss what the reader does not follow', () => {
    const followers = new Followers();
    const follower = followers.follow('a');
    for (let seq = 1; seq <= 1_024; seq++) followers.publish([event(seq, 'a')]);
    followers.publish([event(1_025, 'b')]);
    expect(follower.take().missed).toBe(false);
  });

  it('D1: tells readers that wait, and those that come, that nothing more will come', async () => {
    const followers = new Followers();
    const waiting = followers.follow('a');
    const changed = waiting.changed();
    followers.publish([event(1, 'a')]);
    followers.end();
    await changed;
    expect(waiting.take()).toMatchObject({ events: [{ seq: 1 }], ended: true });
    const late = followers.follow('a');
    await late.changed();
    expect(late.take()).toEqual({ events: [], missed: false, ended: true });
  });

  it('R1: gives what was durable before it tells that the journal failed', async () => {
    const followers = new Followers();
    const [waiting, behind] = [followers.follow('a'), followers.follow('b')];
    const changed = waiting.changed();
    followers.publish([event(1, 'b')]);
    const failure = new Error('EIO');
    followers.fail(failure);
    await expect(changed).rejects.toBe(failure);
    await behind.changed();
    expect(seqs(behind.take().events)).toEqual([1]);
    await expect(behind.changed()).rejects.toBe(failure);
  });

  it('D1: lets go of a reader that closes, even of one that waits', async () => {
    const followers = new Followers();
    const follower = followers.follow('a');
    const changed = follower.changed();
    follower.close();
    await changed;
    followers.publish([event(1, 'a')]);
    expect(follower.take().events).toEqual([]);
  });
});

function event(seq: number, run: string): OverseerEvent {
  return {
    id: `e${seq}`,
    stream: 'project/p',
    seq,
    at: 0,
    type: 'run.resumed',
    v: 1,
    epoch: 1,
    actor: 'overseer',
    run,
    data: { because: 'test' },
  };
}

function seqs(events: readonly OverseerEvent[]): readonly number[] {
  return events.map(({ seq }) => seq);
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}
