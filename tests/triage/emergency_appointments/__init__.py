"""The 28 emergency scenarios of a front desk: a table that a nurse can read, run through the screens."""
