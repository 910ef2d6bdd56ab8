"""Jobs about jobs: what was being done when a worker died is done again."""

from __future__ import annotations

from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry-stalled", name="config.retry_stalled", pass_context=False)
async def retry_stalled(timestamp: int) -> None:
    """Every minute: jobs whose worker has gone silent are put back. Each job is safe to run twice."""
    for job in await app.job_manager.get_stalled_jobs():
        await _put_back(job)


async def _put_back(job: Job) -> None:
    """Where the same job waits already, that one will do its work, and this one is over."""
    try:
        await app.job_manager.retry_job(job)
    except UniqueViolation:
        await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
