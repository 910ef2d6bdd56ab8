"""Exports of other systems, read row by row: map (what the columns mean), rows (the file), convert (a row into a
visit or its faults), rejects (what did not come in), take_in (the run)."""
