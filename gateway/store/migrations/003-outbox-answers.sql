-- What became of a message stands beside it, not in it: messages are acknowledged in long runs, and an acknowledgement
-- must not write a row again that is a hundred times its size (SD-card wear).

-- Runs of messages that were acknowledged together, and when. They do not overlap.
CREATE TABLE outbox_answer (
  first_seq INTEGER PRIMARY KEY,
  last_seq  INTEGER NOT NULL,
  at_ms     INTEGER NOT NULL
) STRICT;

-- The same runs joined to as few as there can be: one, from 1 on, plus one for each message that was left out.
-- Purged messages stay part of it. What is above, or in between, waits.
CREATE TABLE outbox_done (
  first_seq INTEGER PRIMARY KEY,
  last_seq  INTEGER NOT NULL
) STRICT;

INSERT INTO outbox_answer (first_seq, last_seq, at_ms)
  SELECT min(seq), max(seq), at_ms
  FROM (
    SELECT seq, at_ms, seq - row_number() OVER (PARTITION BY at_ms ORDER BY seq) AS run
    FROM (
      SELECT seq, coalesce(acknowledged_at_ms, created_at_ms) AS at_ms FROM outbox WHERE state = 'acknowledged'
    )
  )
  GROUP BY at_ms, run;

INSERT INTO outbox_done (first_seq, last_seq)
  SELECT min(first_seq), max(last_seq)
  FROM (
    SELECT first_seq, last_seq, last_seq - sum(last_seq - first_seq + 1) OVER (ORDER BY first_seq) AS run
    FROM outbox_answer
  )
  GROUP BY run;

DROP INDEX outbox_waiting;
ALTER TABLE outbox DROP COLUMN state;
ALTER TABLE outbox DROP COLUMN acknowledged_at_ms;

-- Messages come in the order of seq, so the time of one is found without an index of its own.
DROP INDEX outbox_created;

-- Time leads: messages of all channels about one hour are appended together.
DROP INDEX outbox_hour;
CREATE INDEX outbox_about ON outbox (start_ms, channel_id) WHERE start_ms IS NOT NULL;
