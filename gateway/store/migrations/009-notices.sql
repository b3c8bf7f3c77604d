-- Demand alarms on their way to people: what is to be said, and by which way. A notice waits until its way has taken it
-- or its time is over; both are rows, so that neither a restart nor a power cut loses one.
CREATE TABLE notice (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms   INTEGER NOT NULL,
  -- The DemandNotice as JSON.
  body    TEXT    NOT NULL
) STRICT;

CREATE TABLE notice_way (
  notice_id  INTEGER NOT NULL REFERENCES notice (id),
  way        TEXT    NOT NULL CHECK (way IN ('webhook', 'mail')),
  state      TEXT    NOT NULL CHECK (state IN ('waiting', 'delivered', 'given-up')),
  attempts   INTEGER NOT NULL DEFAULT 0,
  -- Not tried before this instant.
  next_ms    INTEGER NOT NULL,
  -- Delivered or given up then. Notices of one mail have the same one.
  settled_ms INTEGER,
  PRIMARY KEY (notice_id, way)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_waiting ON notice_way (way, notice_id) WHERE state = 'waiting';
CREATE INDEX notice_settled ON notice_way (way, settled_ms) WHERE settled_ms IS NOT NULL;
