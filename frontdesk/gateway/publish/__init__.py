"""Open time for anybody to see: SMART Scheduling Links, and the page that a link leads to."""
