-- What people enter for reports. Rows are never changed but for `replaced_by`: who said what and when stays.
CREATE TABLE report_entry (
  no           INTEGER PRIMARY KEY AUTOINCREMENT,
  kind         TEXT    NOT NULL CHECK (kind IN ('production', 'fuel', 'co2', 'demand-response', 'year')),
  -- Entries with one kind and key replace each other.
  key          TEXT    NOT NULL,
  -- The fiscal year it belongs to.
  fiscal_year  INTEGER NOT NULL,
  content      TEXT    NOT NULL,
  -- 1: what was entered under this key is taken back.
  withdrawn    INTEGER NOT NULL,
  said_at_ms   INTEGER NOT NULL,
  by_whom      TEXT    NOT NULL,
  -- `page`, `command`, or the name of a file.
  source       TEXT    NOT NULL,
  -- One import, one batch: all of it is there or nothing.
  batch        TEXT    NOT NULL,
  -- The entry that took its place. No foreign key: a salvage carries rows over in their order.
  replaced_by  INTEGER
) STRICT;
CREATE UNIQUE INDEX report_entry_in_force ON report_entry (kind, key) WHERE replaced_by IS NULL;
CREATE INDEX report_entry_year ON report_entry (fiscal_year);
CREATE INDEX report_entry_batch ON report_entry (batch);
