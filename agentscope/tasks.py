"""Housekeeping of the job queue itself."""

from procrastinate.contrib.django import app

#: A worker that has not been heard of for so long is dead: three times its heartbeat.
STALLED_SECONDS = 9


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="retry_stalled_jobs", pass_context=False)
async def retry_stalled_jobs(timestamp: int) -> None:
    """Give the jobs of a killed worker back to the queue; jobs are written to be run twice."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await app.job_manager.retry_job(job)
