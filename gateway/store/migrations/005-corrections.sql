-- What a person said about a channel's past: the audit trail. Rows are never changed and never deleted.
CREATE TABLE correction (
  no           INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Made by the command, so that what arrives twice is applied once.
  id           TEXT    NOT NULL UNIQUE,
  channel_id   INTEGER NOT NULL REFERENCES channel (id),
  said_at_ms   INTEGER NOT NULL,
  by_whom      TEXT    NOT NULL,
  kind         TEXT    NOT NULL CHECK (kind IN ('exchange', 'reset', 'wrap', 'real', 'ignore', 'dial')),
  -- The two readings between which it says what passed, with their registers; of a dial reading its time, twice.
  from_ms      INTEGER NOT NULL,
  to_ms        INTEGER NOT NULL,
  from_micro   INTEGER,
  to_micro     INTEGER,
  -- When it happened, and what the old and the new register showed then.
  at_ms        INTEGER,
  final_micro  INTEGER,
  start_micro  INTEGER,
  serial       TEXT,
  -- What was counted between the readings before this was said, and since.
  before_micro INTEGER,
  passed_micro INTEGER,
  exact        INTEGER NOT NULL CHECK (exact IN (0, 1))
) STRICT;
CREATE INDEX correction_of ON correction (channel_id, from_ms);

-- The answer in force for what passed between two readings. Spans of one channel do not overlap.
CREATE TABLE step_answer (
  channel_id    INTEGER NOT NULL REFERENCES channel (id),
  from_ms       INTEGER NOT NULL,
  to_ms         INTEGER NOT NULL,
  correction_no INTEGER NOT NULL REFERENCES correction (no),
  exact         INTEGER NOT NULL,
  PRIMARY KEY (channel_id, from_ms)
) STRICT, WITHOUT ROWID;

-- What an answer adds to a slot beside what its boundaries say; each row lies within one slot.
CREATE TABLE step_fill (
  channel_id    INTEGER NOT NULL REFERENCES channel (id),
  from_ms       INTEGER NOT NULL,
  to_ms         INTEGER NOT NULL,
  micro         INTEGER NOT NULL,
  correction_no INTEGER NOT NULL REFERENCES correction (no),
  PRIMARY KEY (channel_id, from_ms)
) STRICT, WITHOUT ROWID;

-- What the dial shows from this reading on, where the meter was replaced then; NULL where it goes on.
ALTER TABLE dial ADD COLUMN next_micro INTEGER;
