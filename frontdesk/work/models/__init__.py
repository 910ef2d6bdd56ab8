from frontdesk.work.models.task import DueTime, Queue, QueueRule, Task

__all__ = ["DueTime", "Queue", "QueueRule", "Task"]
