-- channel.weighed: 0 not weighed; 1 bought from the grid, its hours have a coefficient and MJ; 2 a sub-meter of bought
-- electricity, whose share in MJ is worked out with the same coefficient and is part of no total.
-- Hours that were sent stay as they are until something changes them.
UPDATE channel SET weighed = 2 WHERE role = 'sub' AND channel = 'energy-import' AND weighed = 0;
