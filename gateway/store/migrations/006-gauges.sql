-- Gauges from which kWh follow: pressures and temperatures of gas and steam, by the names of the site file.
CREATE TABLE gauge (
  id    INTEGER PRIMARY KEY,
  meter TEXT NOT NULL,
  gauge TEXT NOT NULL,
  UNIQUE (meter, gauge)
) STRICT;

-- What a gauge showed in one half-hour, kept for ever like boundaries: the mean is sum_micro_ms ÷ watched_ms, in
-- millionths of the gauge's unit. Readings up to to_ms are in it.
CREATE TABLE gauge_slot (
  slot         INTEGER NOT NULL,
  gauge_id     INTEGER NOT NULL REFERENCES gauge (id),
  sum_micro_ms INTEGER NOT NULL,
  watched_ms   INTEGER NOT NULL CHECK (watched_ms BETWEEN 1 AND 1800000),
  min_micro    INTEGER NOT NULL,
  max_micro    INTEGER NOT NULL,
  to_ms        INTEGER NOT NULL,
  PRIMARY KEY (slot, gauge_id)
) STRICT, WITHOUT ROWID;
