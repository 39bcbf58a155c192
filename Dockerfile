# One image for web, worker and migrations; see compose.yml.
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 AGENTSCOPE_ENV=production AGENTSCOPE_DATA=/data
RUN useradd --system --create-home --home-dir /data agentscope
WORKDIR /app
COPY requirements.lock .
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY . .
# Static files are fingerprinted once, at build time; the values only have to be well formed.
RUN PYTHONDONTWRITEBYTECODE= python -m compileall -q agentscope teams runs ingest alerts \
    && AGENTSCOPE_DATA=/app/build SECRET_KEY=$(python -c 'print("x" * 50)') PUBLIC_URL=https://build.invalid \
       DATABASE_URL=postgresql://build.invalid/build REDIS_URL=redis://build.invalid \
       python manage.py collectstatic --noinput
ENV STATIC_ROOT=/app/build/static
USER agentscope
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "-m", "daphne", "-v", "0", "-b", "0.0.0.0", "-p", "8000", "agentscope.asgi:application"]
