"""Other programs that use the clinic's book: who they are, what they may, what they are told.

Nouns: client, token, assertion, outside number, subscription, notice, feed.
Verbs: register, end, issue, subscribe, notify, share. The wire (FHIR, OAuth, iCalendar) is spoken in `gateway`.
"""
