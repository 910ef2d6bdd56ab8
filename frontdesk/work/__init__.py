"""Queues, tasks, clocks: knows that there is a task, not what it is about."""
