-- Facts about this database: `generation` (see Store.generation).
CREATE TABLE fact (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A monotone register of one meter. `next_hour_ms` is the first hour the closing stage has not yet looked at.
CREATE TABLE channel (
  id           INTEGER PRIMARY KEY,
  meter        TEXT NOT NULL,
  channel      TEXT NOT NULL,
  since_ms     INTEGER NOT NULL,
  next_hour_ms INTEGER NOT NULL,
  UNIQUE (meter, channel)
) STRICT;

-- Stretches in which a register rises with one scale. Registers are count × 2^exp2, exact; fractions are "num/den".
CREATE TABLE era (
  channel_id      INTEGER NOT NULL REFERENCES channel (id),
  no              INTEGER NOT NULL,
  cause           TEXT    NOT NULL CHECK (cause IN ('first', 'rollover', 'register-change', 'scale-change')),
  since_ms        INTEGER NOT NULL,
  at_ms           INTEGER NOT NULL,
  count           INTEGER NOT NULL,
  exp2            INTEGER NOT NULL,
  units_per_count TEXT    NOT NULL,
  step_counts     TEXT    NOT NULL,
  encoding        TEXT    NOT NULL CHECK (encoding IN ('integer', 'float32', 'float64')),
  wraps_at        TEXT,
  update_ms       INTEGER NOT NULL,
  base_micro      INTEGER NOT NULL,
  -- What passed since the last reading of the era before; NULL while nobody knows.
  step_micro      INTEGER,
  -- The last accepted reading of the era before: the step lies between the two instants.
  after_at_ms     INTEGER,
  PRIMARY KEY (channel_id, no)
) STRICT, WITHOUT ROWID;

-- What registers showed. Time leads the key: readings of all channels are appended together (SD-card wear).
CREATE TABLE reading (
  at_ms      INTEGER NOT NULL,
  channel_id INTEGER NOT NULL REFERENCES channel (id),
  since_ms   INTEGER NOT NULL,
  count      INTEGER NOT NULL,
  exp2       INTEGER NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('accepted', 'pending', 'rejected')),
  -- NULL unless accepted.
  era        INTEGER,
  PRIMARY KEY (at_ms, channel_id)
) STRICT, WITHOUT ROWID;

-- Few, and looked for at every start.
CREATE INDEX reading_pending ON reading (channel_id, at_ms) WHERE state = 'pending';

-- The newest accepted reading of each channel, so that a start needs no search.
CREATE TABLE head (
  channel_id INTEGER PRIMARY KEY REFERENCES channel (id),
  at_ms      INTEGER NOT NULL,
  since_ms   INTEGER NOT NULL,
  count      INTEGER NOT NULL,
  exp2       INTEGER NOT NULL,
  era        INTEGER NOT NULL
) STRICT;

-- Totals at :00 and :30 with the bracket that proves them, kept for ever.
CREATE TABLE boundary (
  slot             INTEGER NOT NULL,
  channel_id       INTEGER NOT NULL REFERENCES channel (id),
  lower_at_ms      INTEGER NOT NULL,
  lower_since_ms   INTEGER NOT NULL,
  lower_count      INTEGER NOT NULL,
  lower_exp2       INTEGER NOT NULL,
  lower_era        INTEGER NOT NULL,
  upper_at_ms      INTEGER NOT NULL,
  upper_since_ms   INTEGER NOT NULL,
  upper_count      INTEGER NOT NULL,
  upper_exp2       INTEGER NOT NULL,
  upper_era        INTEGER NOT NULL,
  total_micro      INTEGER NOT NULL,
  register_micro   INTEGER,
  low_micro        INTEGER NOT NULL,
  high_micro       INTEGER NOT NULL,
  resolution_micro INTEGER NOT NULL,
  PRIMARY KEY (slot, channel_id)
) STRICT, WITHOUT ROWID;

-- Stretches without an accepted reading that are longer than the channel's watch gap.
CREATE TABLE unwatched (
  channel_id INTEGER NOT NULL REFERENCES channel (id),
  from_ms    INTEGER NOT NULL,
  to_ms      INTEGER NOT NULL,
  PRIMARY KEY (channel_id, from_ms)
) STRICT, WITHOUT ROWID;

-- Dial readings (指針値) of channels that the gateway counts itself, and what they settled.
CREATE TABLE dial (
  channel_id     INTEGER NOT NULL REFERENCES channel (id),
  at_ms          INTEGER NOT NULL,
  dial_micro     INTEGER NOT NULL,
  counted_micro  INTEGER NOT NULL,
  -- Dial difference that found no unwatched span since the dial before; reported apart, part of no slot.
  adjustment_micro INTEGER NOT NULL,
  PRIMARY KEY (channel_id, at_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE fill (
  channel_id INTEGER NOT NULL REFERENCES channel (id),
  from_ms    INTEGER NOT NULL,
  to_ms      INTEGER NOT NULL,
  micro      INTEGER NOT NULL,
  PRIMARY KEY (channel_id, from_ms)
) STRICT, WITHOUT ROWID;

-- Hour buckets. Everything here can be derived again from the tables above and the documents.
CREATE TABLE hour (
  channel_id           INTEGER NOT NULL REFERENCES channel (id),
  start_ms             INTEGER NOT NULL,
  quality              TEXT    NOT NULL,
  coverage_micro       INTEGER NOT NULL,
  quantity_micro       INTEGER,
  energy_micro_kwh     INTEGER,
  demand_a_micro       INTEGER,
  demand_b_micro       INTEGER,
  start_register_micro INTEGER,
  end_register_micro   INTEGER,
  mj_per_kwh           TEXT,
  class                TEXT    NOT NULL DEFAULT 'none',
  rule_set             TEXT,
  document             TEXT,
  document_revision    INTEGER,
  confirmed            INTEGER NOT NULL DEFAULT 0,
  energy_micro_mj      INTEGER,
  -- 0 until the first message; rises with every change that is sent.
  revision             INTEGER NOT NULL DEFAULT 0,
  -- What the last message said, so that an unchanged bucket is not sent again.
  sent_digest          TEXT,
  PRIMARY KEY (channel_id, start_ms)
) STRICT, WITHOUT ROWID;

-- Rows are the queue between stages: which hours a stage must look at again.
CREATE TABLE work (
  stage      TEXT    NOT NULL CHECK (stage IN ('close', 'weigh', 'send')),
  start_ms   INTEGER NOT NULL,
  channel_id INTEGER NOT NULL REFERENCES channel (id),
  PRIMARY KEY (stage, start_ms, channel_id)
) STRICT, WITHOUT ROWID;

-- Coefficient documents as received and as understood. The newest revision of (area, document) is in force.
CREATE TABLE document (
  id             INTEGER PRIMARY KEY,
  area           TEXT    NOT NULL,
  document       TEXT    NOT NULL,
  revision       INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  source         TEXT    NOT NULL,
  sha256         TEXT    NOT NULL,
  bytes          BLOB    NOT NULL,
  parsed         TEXT    NOT NULL,
  in_force       INTEGER NOT NULL,
  UNIQUE (area, document, revision)
) STRICT;

-- Validators of downloads, so that an unchanged document costs nothing.
CREATE TABLE download (
  source     TEXT PRIMARY KEY,
  etag       TEXT,
  checked_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every message on its way to the broker, and what became of it. `seq` has no holes.
CREATE TABLE outbox (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  kind          TEXT    NOT NULL CHECK (kind IN ('hour', 'event')),
  topic         TEXT    NOT NULL,
  payload       TEXT    NOT NULL,
  channel_id    INTEGER,
  start_ms      INTEGER,
  revision      INTEGER,
  created_at_ms INTEGER NOT NULL,
  attempts      INTEGER NOT NULL DEFAULT 0,
  state         TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'acknowledged')),
  acknowledged_at_ms INTEGER,
  -- Why the broker would not take the message that this tombstone replaced.
  refused       TEXT
) STRICT;
CREATE INDEX outbox_created ON outbox (created_at_ms);
CREATE INDEX outbox_waiting ON outbox (seq) WHERE state = 'waiting';
CREATE INDEX outbox_hour ON outbox (channel_id, start_ms) WHERE channel_id IS NOT NULL;
