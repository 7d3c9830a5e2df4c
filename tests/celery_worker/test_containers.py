"""docker-compose.yml keeps its promises, and what its containers run is run here, by hand, on real servers."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from tests.celery_worker.portal import ROOT, database, database_number, free_port, redis_server, until

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "EMAIL_URL")
on_servers = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") or not redis_server(),
    reason="needs a PostgreSQL named by DATABASE_URL and a Redis named by REDIS_URL",
)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)
    elif isinstance(value, str):
        yield value


def test_every_part_the_portal_needs_is_there() -> None:
    assert {"postgres", "redis", "web", "worker", "beat", "mail"} <= set(SERVICES)


def test_every_service_that_stays_says_whether_it_is_well() -> None:
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service and name != "setup"] == []


def test_no_secret_has_a_default() -> None:
    used = set()
    for text in texts(COMPOSE):
        for name, operator in re.findall(r"\$\{(\w+)(:?[-?]?)", text):
            used.add(name)
            assert name not in SECRETS or operator in {":?", ""}, text
        assert not re.search(r"(?i)(password|secret)\w*[=:]\s*\w", re.sub(r"\$\{[^}]*\}", "", text)), text
    assert set(SECRETS) <= used


def test_images_are_pinned_and_volumes_have_names() -> None:
    images = [service["image"] for service in SERVICES.values()]
    assert all(re.search(r":v?\d+\.\d+", image) for image in images)
    assert re.search(r"^FROM python:3\.\d+\.\d+-", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    mounted = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])


def test_redis_keeps_its_append_only_file() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert "--requirepass" in command


def test_nothing_is_open_to_the_network_but_to_a_proxy_on_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def in_place(text: str, values: dict[str, str]) -> str:
    """The text with its variables put in, as docker compose does it."""
    return re.sub(r"\$\{(\w+)(?::?[-?]([^}]*))?\}", lambda found: values.get(found[1], found[2] or ""), text)


@pytest.fixture
def environment(django_db_setup: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What a container's programs see, with the servers of this test run in the place of the containers'."""
    values = {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "portal.example.org",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "MAIL_FROM": "portal@example.org",
    }
    given = {name: in_place(text, values) for name, text in COMPOSE["x-portal"]["environment"].items()}
    with database() as named:
        redis = {"REDIS_URL": f"{redis_server()}/{database_number()}"}
        here = {"PORTAL_VAR": str(tmp_path), "PORT": str(free_port())}
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        yield {**inherited, **given, **named, **redis, **here}


def command(words: list[str]) -> list[str]:
    """The service's command, its programs those of this test run's Python."""
    programs = Path(sys.executable).parent
    if words[0] == "sh":
        return [words[0], words[1], words[2].replace("python ", f"{sys.executable} ")]
    return [str(programs / words[0]), *words[1:]]


def healthy(service: str, environment: dict[str, str]) -> bool:
    words = SERVICES[service]["healthcheck"]["test"][1:]
    return subprocess.run(command(words), cwd=ROOT, env=environment, capture_output=True, check=False).returncode == 0


@on_servers
def test_every_container_of_ours_does_its_work(environment: dict[str, str], tmp_path: Path) -> None:
    setup = subprocess.run(
        command(SERVICES["setup"]["command"]), cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert setup.returncode == 0, setup.stderr
    programs = {}
    for name in ("web", "worker", "beat"):
        assert not healthy(name, environment)
        with (tmp_path / f"{name}.log").open("w") as log:
            programs[name] = subprocess.Popen(
                command(SERVICES[name]["command"]), cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
    try:
        for name in programs:
            until(lambda name=name: healthy(name, environment), seconds=40, why=(tmp_path / f"{name}.log").read_text)
    finally:
        for program in programs.values():
            program.terminate()
        codes = {name: program.wait(30) for name, program in programs.items()}
    assert codes == {"web": 0, "worker": 0, "beat": 0}
    assert "Traceback" not in "".join((tmp_path / f"{name}.log").read_text() for name in programs)
