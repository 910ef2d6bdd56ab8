"""A believable clinic made of nothing: the same seed and day always make the same rows.

`clinic`, `people` and `visits` think in plain Python; `load` writes what they made by COPY in one transaction.
"""
