"""Sessions, open time, claims, holds and appointments: the book that cannot lie.

Nouns: Session, ResourceDay, Claim, Hold, Appointment, PastVisit. Verbs: find, hold, let go, book, cancel."""
