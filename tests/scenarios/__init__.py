"""Scenarios: a day at the front desk told as prose, in a real browser.

This folder is a package, unlike its neighbours, so that one browser serves all of it: fixtures with the scope
"package" end when the last scenario has run.
"""
