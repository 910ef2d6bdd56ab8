"""The thinking behind the lanes, in plain Python: a protocol and a caller's words in, a lane and reasons out.

`lanes` names the four lanes, `protocol` reads and checks a protocol, `screen` holds it against a text.
Nothing here knows a database, a clock or a setting, and nothing here says what is wrong with anyone: it says
which of the clinic's own rules the words met.
"""
