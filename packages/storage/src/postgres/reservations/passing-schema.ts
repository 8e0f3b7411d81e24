import { CLEARED, FRESH_MS, IDLE_MS, REMEMBERED_MS, SET_BACK_MS } from './schema.ts';

/**
 * Places that pass from whoever reserved them to whoever works on what they are for: `fence` tells who began later. Functions that
 * are here take the place of those before.
 */
export const PASSING: string = `
  ALTER TABLE charge ADD COLUMN fence bigint NOT NULL DEFAULT 0;

  -- Takes all that is wanted, or nothing.
  CREATE OR REPLACE FUNCTION take(request jsonb, now_ms bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    wants jsonb[] := ARRAY(SELECT value FROM jsonb_array_elements(request->'wants'));
    asker text := request->>'member';
    counted tally[] := '{}';
    one tally;
    want jsonb;
    at_ms bigint := now_ms;
    old bigint;
    ahead bigint;
    excess bigint;
    until_at bigint;
    refusal jsonb;
  BEGIN
    WITH cleared AS (
      DELETE FROM tally WHERE id IN (
        SELECT id FROM tally
        WHERE over_at <= now_ms - ${SET_BACK_MS} AND (kind <> 'places' OR used = 0) LIMIT ${CLEARED}
      ) RETURNING id
    ) DELETE FROM charge WHERE charge.tally IN (SELECT id FROM cleared);
    FOREACH want IN ARRAY wants LOOP
      one := tally_of(want, now_ms);
      counted := counted || one;
      at_ms := greatest(at_ms, one.last_at);
    END LOOP;
    FOR i IN 1 .. cardinality(wants) LOOP
      want := wants[i];
      one := counted[i];
      one.last_at := at_ms;
      IF one.kind = 'rolling' THEN
        WITH gone AS (
          DELETE FROM charge WHERE charge.tally = one.id AND at <= at_ms - one.window_ms RETURNING amount
        ) SELECT coalesce(sum(amount), 0) INTO old FROM gone;
        one.used := one.used - old;
      END IF;
      counted[i] := one;
      ahead := 0;
      IF one.kind = 'places' THEN
        SELECT count(*) INTO ahead FROM waiter
          WHERE waiter.tally = one.id AND member <> asker AND seen_at >= at_ms - ${FRESH_MS}
            AND since < coalesce(
              (SELECT since FROM waiter mine WHERE mine.tally = one.id AND mine.member = asker), 9e15);
      END IF;
      excess := one.used + ahead + (want->>'amount')::bigint - (want->>'capacity')::bigint;
      IF (want->>'amount')::bigint > 0 AND excess > 0 THEN
        until_at := CASE WHEN (want->>'amount')::bigint <= (want->>'capacity')::bigint
          THEN fits_at(one, want, excess) END;
        IF refusal IS NULL OR coalesce(until_at, 0) > coalesce((refusal->>'untilAt')::bigint, 0) THEN
          refusal := jsonb_build_object('kind', 'wait', 'limit', want->>'limit', 'used', one.used,
            'untilAt', until_at, 'window', one.kind);
        END IF;
      END IF;
    END LOOP;
    FOR i IN 1 .. cardinality(wants) LOOP
      want := wants[i];
      one := counted[i];
      IF refusal IS NULL THEN
        INSERT INTO charge (tally, reservation, member, fence, name, at, amount, open)
          VALUES (one.id, request->>'id', asker, coalesce((request->>'fence')::bigint, 0), want->>'limit', at_ms,
            (want->>'amount')::bigint, true);
        DELETE FROM waiter WHERE waiter.tally = one.id AND member = asker;
        one.used := one.used + (want->>'amount')::bigint;
      ELSIF one.kind = 'places' AND refusal->>'untilAt' IS NULL AND want->>'limit' = refusal->>'limit' THEN
        DELETE FROM waiter WHERE waiter.tally = one.id AND seen_at < at_ms - ${REMEMBERED_MS};
        INSERT INTO waiter AS known VALUES (one.id, asker, at_ms, at_ms)
          ON CONFLICT (tally, member) DO UPDATE SET seen_at = excluded.seen_at;
      END IF;
      UPDATE tally SET used = one.used, window_ms = one.window_ms, last_at = at_ms,
          over_at = CASE one.kind
            WHEN 'period' THEN (want->>'endAt')::bigint
            WHEN 'rolling' THEN at_ms + one.window_ms
            ELSE at_ms + ${IDLE_MS} END
        WHERE id = one.id;
    END LOOP;
    RETURN coalesce(refusal, jsonb_build_object('kind', 'held', 'at', at_ms));
  END $$;

  CREATE OR REPLACE FUNCTION reserve(request jsonb, asker_space text, now_ms bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    asker text := request->>'member';
    asked_fence bigint := coalesce((request->>'fence')::bigint, 0);
    held_at bigint;
    lost jsonb;
    answer jsonb;
    gone text[];
  BEGIN
    SELECT at INTO held_at FROM charge WHERE reservation = request->>'id' AND open ORDER BY id LIMIT 1;
    IF held_at IS NOT NULL AND EXISTS (
      SELECT 1 FROM charge JOIN tally ON tally.id = charge.tally
      WHERE reservation = request->>'id' AND open AND kind = 'places' AND fence > asked_fence
    ) THEN
      RETURN jsonb_build_object('kind', 'fenced');
    END IF;
    IF NOT EXISTS (SELECT 1 FROM member WHERE id = asker) THEN
      RETURN jsonb_build_object('kind', 'stranger');
    END IF;
    IF held_at IS NOT NULL THEN
      -- Its places pass to whoever asks; those that ended with a member are taken anew.
      UPDATE charge SET member = asker, fence = asked_fence FROM tally
        WHERE tally.id = charge.tally AND reservation = request->>'id' AND open AND kind = 'places';
      SELECT jsonb_agg(want) INTO lost FROM jsonb_array_elements(request->'wants') AS want
        WHERE want->>'kind' = 'places' AND NOT EXISTS (
          SELECT 1 FROM charge WHERE reservation = request->>'id' AND open AND name = want->>'limit'
        );
      IF lost IS NULL THEN RETURN jsonb_build_object('kind', 'held', 'at', held_at); END IF;
      request := jsonb_set(request, '{wants}', lost);
    END IF;
    answer := take(request, now_ms);
    IF answer->>'kind' = 'held' OR answer->>'untilAt' IS NOT NULL THEN RETURN answer; END IF;
    -- Only places are missing, and whoever has them may be dead.
    gone := silent_members(asker_space, now_ms);
    IF cardinality(gone) = 0 THEN RETURN answer; END IF;
    PERFORM remove_members(gone);
    RETURN take(request, now_ms);
  END $$;

  -- A member leaves the places that it has of a reservation.
  CREATE FUNCTION vacate(vacated text, leaver text) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    one record;
  BEGIN
    FOR one IN
      DELETE FROM charge USING tally
        WHERE tally.id = charge.tally AND kind = 'places' AND open AND reservation = vacated AND member = leaver
        RETURNING charge.tally, amount
    LOOP
      UPDATE tally SET used = used - one.amount WHERE id = one.tally;
    END LOOP;
  END $$;

  -- Does all, one after the other, for nobody else does anything meanwhile.
  CREATE OR REPLACE FUNCTION apply_reservations(operations jsonb, asker_space text, by_asker boolean, lock_key bigint)
    RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    operation jsonb;
    answers jsonb[] := '{}';
    now_ms bigint;
  BEGIN
    PERFORM pg_advisory_xact_lock(lock_key);
    FOR operation IN SELECT value FROM jsonb_array_elements(operations) LOOP
      now_ms := CASE WHEN by_asker AND operation ? 'nowMs' THEN (operation->>'nowMs')::bigint
        ELSE ceil(extract(epoch FROM clock_timestamp()) * 1000)::bigint END;
      CASE operation->>'kind'
        WHEN 'reserve' THEN
          answers := answers || (reserve(operation, asker_space, now_ms) || jsonb_build_object('now', now_ms));
        WHEN 'settle' THEN
          PERFORM settle(operation->>'id', nullif(operation->'amounts', 'null'::jsonb));
          answers := answers || 'null'::jsonb;
        WHEN 'vacate' THEN
          PERFORM vacate(operation->>'id', operation->>'member');
          answers := answers || 'null'::jsonb;
        WHEN 'join' THEN
          answers := answers || join_members(operation, asker_space, now_ms);
        WHEN 'renew' THEN
          UPDATE member SET seen_at = now_ms WHERE id = operation->>'id';
          answers := answers || to_jsonb(FOUND);
        WHEN 'remove' THEN
          PERFORM remove_members(ARRAY(SELECT jsonb_array_elements_text(operation->'members')));
          answers := answers || 'null'::jsonb;
      END CASE;
    END LOOP;
    RETURN to_jsonb(answers);
  END $$;
`;
