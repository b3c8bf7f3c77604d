-- A coefficient belongs to the hour of the site, not to a channel: a year of 100 meters is weighed again in 8,760 rows.
-- MJ are calculated when a bucket is read.

-- The role and whether it is weighed by the hour, as the stages last worked with it; NULL before the first time.
ALTER TABLE channel ADD COLUMN role TEXT;
ALTER TABLE channel ADD COLUMN weighed INTEGER NOT NULL DEFAULT 0;

UPDATE channel SET role = (
  SELECT spec.value ->> 'role' FROM fact, json_each(fact.value, '$.specs') AS spec
  WHERE fact.key = 'site' AND spec.value ->> 'meter' = channel.meter AND spec.value ->> 'channel' = channel.channel
);
UPDATE channel SET weighed = 1 WHERE role = 'grid-import' AND channel = 'energy-import';

-- What each hour that was ever weighed weighs, as decided last. Fractions are "num/den".
CREATE TABLE hour_coefficient (
  start_ms          INTEGER PRIMARY KEY,
  mj_per_kwh        TEXT,
  class             TEXT    NOT NULL,
  rule_set          TEXT,
  document          TEXT,
  document_revision INTEGER,
  confirmed         INTEGER NOT NULL
) STRICT;

-- Which revision of each bucket was sent, and what it said, so that an unchanged bucket is not sent again. Apart from
-- the bucket and with time leading: sending an hour of all channels writes one page.
CREATE TABLE hour_sent (
  start_ms   INTEGER NOT NULL,
  channel_id INTEGER NOT NULL REFERENCES channel (id),
  revision   INTEGER NOT NULL,
  digest     TEXT    NOT NULL,
  PRIMARY KEY (start_ms, channel_id)
) STRICT, WITHOUT ROWID;

-- Hours of the site that a stage must look at again, for all weighed channels from `next_channel` on.
CREATE TABLE hour_work (
  stage        TEXT    NOT NULL CHECK (stage IN ('weigh', 'send')),
  start_ms     INTEGER NOT NULL,
  next_channel INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (stage, start_ms)
) STRICT, WITHOUT ROWID;

-- An hour that one channel has weighed and another has not yet takes the decision; the other is still queued in `work`.
INSERT INTO hour_coefficient
SELECT start_ms, mj_per_kwh, class, rule_set, document, document_revision, confirmed
FROM hour JOIN channel ON channel.id = hour.channel_id WHERE channel.weighed = 1
ON CONFLICT (start_ms) DO UPDATE SET mj_per_kwh = excluded.mj_per_kwh, class = excluded.class,
  rule_set = excluded.rule_set, document = excluded.document, document_revision = excluded.document_revision,
  confirmed = excluded.confirmed
WHERE hour_coefficient.rule_set IS NULL AND excluded.rule_set IS NOT NULL;

INSERT INTO hour_sent SELECT start_ms, channel_id, revision, sent_digest FROM hour WHERE sent_digest IS NOT NULL;

-- The bucket without what it no longer holds. One copy is seven times cheaper than seven times DROP COLUMN.
CREATE TABLE bucket (
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
  PRIMARY KEY (channel_id, start_ms)
) STRICT, WITHOUT ROWID;
INSERT INTO bucket SELECT channel_id, start_ms, quality, coverage_micro, quantity_micro, energy_micro_kwh,
  demand_a_micro, demand_b_micro, start_register_micro, end_register_micro FROM hour;
DROP TABLE hour;
ALTER TABLE bucket RENAME TO hour;

-- Which documents are in force is asked for at every step; what they say is read once.
CREATE INDEX document_in_force ON document (area, id, sha256) WHERE in_force = 1;
