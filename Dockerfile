# The portal as one image; docker-compose.yml runs it as web server, worker and beat.
FROM python:3.11.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PORTAL_PRODUCTION=1 PORTAL_VAR=/var/portal PORTAL_HOST=0.0.0.0
WORKDIR /portal

COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r requirements.txt

COPY . .
RUN useradd --system --uid 10001 --home-dir /var/portal portal \
    && install -d -o portal -g portal -m 0700 /var/portal
USER portal
VOLUME /var/portal
EXPOSE 8000
CMD ["gunicorn", "funders_portal.wsgi"]
