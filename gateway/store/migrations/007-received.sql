-- What coefficient sources gave, as it came, before anything in it was believed. Rows that wait are the queue of the
-- stage that judges them.
CREATE TABLE received (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Which source, as the site file has it, and what kind of one.
  source      TEXT    NOT NULL,
  kind        TEXT    NOT NULL CHECK (kind IN ('https', 'occto', 'mqtt', 'folder', 'inbox', 'page', 'command')),
  -- Where from: an address without its query, a topic, a file name, who.
  item        TEXT    NOT NULL,
  sha256      TEXT    NOT NULL,
  size        INTEGER NOT NULL,
  -- NULL: kept with its document, or given up because there was too much.
  bytes       BLOB,
  validator   TEXT,
  first_at_ms INTEGER NOT NULL,
  -- The same bytes from the same source again: counted, not kept twice.
  last_at_ms  INTEGER NOT NULL,
  times       INTEGER NOT NULL,
  outcome     TEXT    NOT NULL CHECK (outcome IN ('waiting', 'applied', 'same', 'stored', 'refused')),
  -- Why it was refused, as JSON {code, about}.
  fault       TEXT,
  -- What it said: area, document and revision.
  says        TEXT,
  UNIQUE (source, sha256)
) STRICT;
CREATE INDEX received_waiting ON received (id) WHERE outcome = 'waiting';
CREATE INDEX received_last ON received (last_at_ms);

-- What each source said last.
CREATE TABLE coefficient_source (
  name        TEXT    PRIMARY KEY,
  kind        TEXT    NOT NULL,
  asked_at_ms INTEGER NOT NULL,
  outcome     TEXT    NOT NULL,
  fault       TEXT,
  -- When it last gave something, or said that nothing is new.
  good_at_ms  INTEGER,
  -- Tries that failed in a row.
  failed      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Reserve margins (広域予備率): the lowest of a day of an area in one publication, 10⁻⁴ %.
CREATE TABLE margin (
  area              TEXT    NOT NULL,
  date              TEXT    NOT NULL,
  received_id       INTEGER NOT NULL,
  received_at_ms    INTEGER NOT NULL,
  slots             INTEGER NOT NULL,
  lowest            INTEGER,
  lowest_end_minute INTEGER,
  -- The same bytes may come again within another publication's hours.
  PRIMARY KEY (area, date, received_id, received_at_ms)
) STRICT, WITHOUT ROWID;
