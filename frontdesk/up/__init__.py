"""Sets Frontdesk going on one machine: the embedded database, the processes, the demo's mailbox.

Nothing here imports Django, so that it can start, explain itself and stop even where the application cannot.
Nouns: cluster (one embedded PostgreSQL), service (a process that is watched), problem (a sentence for a person).
Verbs: create, start, watch, stop.
"""
