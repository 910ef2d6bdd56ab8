"""Jobs about jobs: what was being done when a worker died is done again."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry-stalled", name="config.retry_stalled", pass_context=False)
async def retry_stalled(timestamp: int) -> None:
    """Every minute: jobs whose worker has gone silent are put back. Each job is safe to run twice."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)
