"""The append-only record: what was done or decided, by whom and why; and who looked at what.

Nouns: Entry, EntrySubject, Link, Look. Verbs: record, look."""
