/** For how long a member that no other sees may give no word, in ms. */
const SILENT_MS = 20_000;

/** A time that is earlier than the last one by more than this tells of a clock that was set back. */
export const SET_BACK_MS = 30_000;

/** How long an idle limit on places is remembered. */
export const IDLE_MS = 86_400_000;

/** Who was refused a place is before others as long as it asks again within this time. */
export const FRESH_MS = 250;

/** For how long it is remembered when a member was refused first. */
export const REMEMBERED_MS = 60_000;

/** Limits of which nothing counts any more that are cleared away at once. */
export const CLEARED = 4;

/**
 * Shared limits. `tally`: what counts in one limit or one period of it; `over_at` is when nothing of it counts any more. `charge`:
 * what one reservation took of it; those of periods and places are gone once they are settled. `waiter`: a member that was refused
 * a place. All decisions are taken in the server, in one statement, so that nobody who stands still holds a lock.
 */
export const RESERVATIONS: string = `
  CREATE TABLE member (
    id text PRIMARY KEY,
    name text NOT NULL,
    holder text NOT NULL,
    space text NOT NULL,
    seen_at bigint NOT NULL
  );
  CREATE TABLE term (
    subject text NOT NULL,
    member text NOT NULL,
    says text NOT NULL,
    PRIMARY KEY (subject, member)
  );
  CREATE INDEX term_of_member ON term (member);
  CREATE TABLE tally (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE,
    kind text NOT NULL,
    window_ms bigint NOT NULL,
    used bigint NOT NULL,
    last_at bigint NOT NULL,
    over_at bigint NOT NULL
  ) WITH (fillfactor = 50);
  CREATE INDEX tally_over ON tally (over_at);
  CREATE TABLE charge (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tally bigint NOT NULL,
    reservation text NOT NULL,
    member text NOT NULL,
    name text NOT NULL,
    at bigint NOT NULL,
    amount bigint NOT NULL,
    open boolean NOT NULL
  );
  CREATE INDEX charge_of_tally ON charge (tally, at);
  CREATE INDEX charge_of_reservation ON charge (reservation) WHERE open;
  CREATE INDEX charge_of_member ON charge (member) WHERE open;
  CREATE TABLE waiter (
    tally bigint NOT NULL,
    member text NOT NULL,
    since bigint NOT NULL,
    seen_at bigint NOT NULL,
    PRIMARY KEY (tally, member)
  );

  -- Members are gone: their places are free.
  CREATE FUNCTION remove_members(gone text[]) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE tally SET used = used - freed.amount
      FROM (
        SELECT charge.tally AS id, sum(amount)::bigint AS amount
        FROM charge JOIN tally ON tally.id = charge.tally
        WHERE kind = 'places' AND open AND member = ANY(gone) GROUP BY charge.tally
      ) freed
      WHERE tally.id = freed.id;
    DELETE FROM charge USING tally
      WHERE tally.id = charge.tally AND kind = 'places' AND open AND member = ANY(gone);
    DELETE FROM waiter WHERE member = ANY(gone);
    DELETE FROM term WHERE member = ANY(gone);
    DELETE FROM member WHERE id = ANY(gone);
  END $$;

  -- Members of which nothing was heard. Those among whose processes the asker is, it sees by itself.
  CREATE FUNCTION silent_members(asker_space text, now_ms bigint) RETURNS text[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(id), '{}') FROM member
    WHERE seen_at <= now_ms - ${SILENT_MS} AND (space = '' OR space <> asker_space)
  $$;

  -- What counts for a want, made where it is asked for first. Where the clock was set back, all that comes later counts as of now.
  CREATE FUNCTION tally_of(want jsonb, now_ms bigint) RETURNS tally LANGUAGE plpgsql AS $$
  DECLARE
    found tally;
    wanted_key text := want->>'key';
    wanted_ms bigint := coalesce((want->>'windowMs')::bigint, 0);
  BEGIN
    SELECT * INTO found FROM tally WHERE key = wanted_key FOR UPDATE;
    IF found.id IS NULL THEN
      INSERT INTO tally (key, kind, window_ms, used, last_at, over_at)
        VALUES (wanted_key, want->>'kind', wanted_ms, 0, now_ms, now_ms) RETURNING * INTO found;
      RETURN found;
    END IF;
    found.window_ms := greatest(found.window_ms, wanted_ms);
    IF now_ms < found.last_at - ${SET_BACK_MS} THEN
      UPDATE charge SET at = now_ms WHERE charge.tally = found.id AND at > now_ms;
      found.last_at := now_ms;
    END IF;
    RETURN found;
  END $$;

  -- When so much counts no more, if nothing else is charged; none where nobody knows.
  CREATE FUNCTION fits_at(counted tally, want jsonb, excess bigint) RETURNS bigint LANGUAGE sql AS $$
    SELECT CASE counted.kind
      WHEN 'period' THEN (want->>'endAt')::bigint
      WHEN 'rolling' THEN (
        SELECT at FROM (
          SELECT id, at, sum(amount) OVER (ORDER BY at, id) AS upto FROM charge WHERE charge.tally = counted.id
        ) old WHERE upto >= excess ORDER BY at, id LIMIT 1
      ) + counted.window_ms
    END
  $$;

  -- Takes all that is wanted, or nothing.
  CREATE FUNCTION take(request jsonb, now_ms bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
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
        INSERT INTO charge (tally, reservation, member, name, at, amount, open)
          VALUES (one.id, request->>'id', asker, want->>'limit', at_ms, (want->>'amount')::bigint, true);
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

  CREATE FUNCTION reserve(request jsonb, asker_space text, now_ms bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    held_at bigint;
    answer jsonb;
    gone text[];
  BEGIN
    SELECT at INTO held_at FROM charge WHERE reservation = request->>'id' AND open LIMIT 1;
    IF held_at IS NOT NULL THEN RETURN jsonb_build_object('kind', 'held', 'at', held_at); END IF;
    IF NOT EXISTS (SELECT 1 FROM member WHERE id = request->>'member') THEN
      RETURN jsonb_build_object('kind', 'stranger');
    END IF;
    answer := take(request, now_ms);
    IF answer->>'kind' = 'held' OR answer->>'untilAt' IS NOT NULL THEN RETURN answer; END IF;
    -- Only places are missing, and whoever has them may be dead.
    gone := silent_members(asker_space, now_ms);
    IF cardinality(gone) = 0 THEN RETURN answer; END IF;
    PERFORM remove_members(gone);
    RETURN take(request, now_ms);
  END $$;

  -- Replaces what a reservation took.
  CREATE FUNCTION settle(settled text, amounts jsonb) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    one record;
    spent bigint;
  BEGIN
    FOR one IN
      SELECT charge.id, charge.tally, name, amount, kind FROM charge JOIN tally ON tally.id = charge.tally
      WHERE reservation = settled AND open
    LOOP
      spent := CASE WHEN one.kind = 'places' OR amounts IS NULL THEN 0
        ELSE coalesce((amounts->>one.name)::bigint, one.amount) END;
      IF spent <> one.amount THEN
        UPDATE tally SET used = used + spent - one.amount WHERE id = one.tally;
      END IF;
      IF spent = 0 OR one.kind <> 'rolling' THEN
        DELETE FROM charge WHERE id = one.id;
      ELSE
        UPDATE charge SET amount = spent, open = false WHERE id = one.id;
      END IF;
    END LOOP;
  END $$;

  -- Takes a member in, unless one that lives disagrees.
  CREATE FUNCTION join_members(joining jsonb, asker_space text, now_ms bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    joiner text := joining->>'id';
    answer jsonb;
  BEGIN
    PERFORM remove_members(silent_members(asker_space, now_ms));
    SELECT jsonb_build_object('kind', 'disagrees', 'subject', term.subject, 'theirs', term.says, 'other', member.name)
      INTO answer
      FROM jsonb_each_text(joining->'terms') AS said (subject, says)
      JOIN term ON term.subject = said.subject AND term.says <> said.says AND term.member <> joiner
      JOIN member ON member.id = term.member LIMIT 1;
    IF answer IS NOT NULL THEN RETURN answer; END IF;
    INSERT INTO member VALUES (joiner, joining->>'name', joining->>'holder', asker_space, now_ms)
      ON CONFLICT (id) DO UPDATE
      SET name = excluded.name, holder = excluded.holder, space = excluded.space, seen_at = excluded.seen_at;
    DELETE FROM term WHERE member = joiner;
    INSERT INTO term SELECT subject, joiner, says FROM jsonb_each_text(joining->'terms') AS said (subject, says);
    RETURN jsonb_build_object('kind', 'joined');
  END $$;

  -- Does all, one after the other, for nobody else does anything meanwhile.
  CREATE FUNCTION apply_reservations(operations jsonb, asker_space text, by_asker boolean, lock_key bigint)
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
