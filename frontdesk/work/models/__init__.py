from frontdesk.work.models.task import Queue, Task

__all__ = ["Queue", "Task"]
