"""One settings.py, from the environment: safe in production, and refused where something is left out."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "PORTAL_PRODUCTION": "1",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "portal.example.org",
    "DATABASE_URL": "postgres://portal:x@127.0.0.1/portal",
    "REDIS_URL": "redis://:x@127.0.0.1:6379/0",
    "EMAIL_URL": "smtp+tls://user:x@mail.example.org:587",
    "MAIL_FROM": "portal@example.org",
}


def manage(tmp_path: Path, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**kept, "PORTAL_VAR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_checks_for_production_find_nothing(tmp_path: Path) -> None:
    done = manage(tmp_path, PRODUCTION, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_checks_for_development_find_nothing(tmp_path: Path) -> None:
    done = manage(tmp_path, {}, "check", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY"])
def test_production_does_not_start_without_its_secret(tmp_path: Path, name: str) -> None:
    done = manage(tmp_path, {key: value for key, value in PRODUCTION.items() if key != name}, "check")
    assert done.returncode != 0
    assert done.stderr.startswith(f"The portal is not set up: Set the {name} environment variable.")
    assert "Traceback" not in done.stderr


def test_whoever_has_read_enough_of_a_command_ends_it_quietly(tmp_path: Path) -> None:
    assert manage(tmp_path, {}, "migrate", "-v0").returncode == 0
    environment = {"PATH": os.environ["PATH"], "PORTAL_VAR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "manage.py", "coverage"], cwd=ROOT, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as command:  # fmt: skip
        assert command.stdout
        assert command.stderr
        command.stdout.close()
        assert command.stderr.read() == ""


def test_the_demo_says_that_a_day_does_not_exist(tmp_path: Path) -> None:
    done = manage(tmp_path, {}, "demo", "--today", "2025-02-30")
    assert "“2025-02-30” is no day that exists." in done.stderr


def test_a_development_copy_makes_a_secret_of_its_own_and_keeps_it_to_itself(tmp_path: Path) -> None:
    assert manage(tmp_path, {}, "check").returncode == 0
    key = tmp_path / "secret_key"
    kept = key.read_text()
    assert len(kept) >= 50
    assert key.stat().st_mode & 0o077 == 0
    assert manage(tmp_path, {}, "check").returncode == 0
    assert key.read_text() == kept


def test_in_production_each_line_of_the_log_is_an_object(tmp_path: Path) -> None:
    program = "import logging; logging.getLogger('grants').warning('three of %s', 4)"
    done = manage(tmp_path, PRODUCTION, "shell", "--no-imports", "-c", program)
    assert done.returncode == 0, done.stderr
    line = json.loads(done.stderr.splitlines()[-1])
    assert (line["event"], line["level"], line["logger"]) == ("three of 4", "warning", "grants")


def test_letters_are_kept_as_files_until_somebody_says_how_to_send_them(tmp_path: Path) -> None:
    program = "from django.core.mail import send_mail; send_mail('Code', '12345678', None, ['a@example.org'])"
    assert manage(tmp_path, {}, "shell", "--no-imports", "-c", program).returncode == 0
    [letter] = (tmp_path / "mail").iterdir()
    assert "12345678" in letter.read_text()
