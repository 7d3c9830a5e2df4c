"""The floors: what the contracts say, that each of them bites, and that the models keep to them as well."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Field, ForeignKey, ManyToManyField

ROOMS = ("counting", "accounts", "grants", "priorities", "outcomes", "meetings", "funders_portal", "celery_worker")
"""From the ground up."""
BASE: Path = settings.BASE_DIR

CONTRACTS = [
    {
        "name": "Floors look down, never up",
        "type": "layers",
        "layers": [
            "celery_worker",
            "funders_portal",
            "meetings",
            "outcomes",
            "priorities",
            "grants",
            "accounts",
            "counting",
        ],
    },
    {"name": "No circles inside a room", "type": "acyclic_siblings", "ancestors": sorted(ROOMS)},
    {
        "name": "Only urls.py opens a door",
        "type": "protected",
        "protected_modules": [
            "*.views",
            "*.api",
            "*.admin",
            "funders_portal.home",
            "funders_portal.dashboards",
            "funders_portal.stories",
        ],
        "allowed_importers": ["*.urls"],
    },
    {
        "name": "Only doors hold forms",
        "type": "protected",
        "protected_modules": ["*.forms"],
        "allowed_importers": ["*.forms", "*.views", "*.api", "*.admin", "accounts.signin", "funders_portal.*"],
    },
    {
        "name": "One hand for each tool",
        "type": "forbidden",
        "forbidden_modules": ["celery", "plotly"],
        "ignore_imports": ["funders_portal.charts.* -> plotly"],
        "unmatched_ignore_imports_alerting": "warn",
        "source_modules": [
            "accounts",
            "counting",
            "funders_portal",
            "grants",
            "meetings",
            "outcomes",
            "priorities",
        ],
    },
    {
        "name": "Counting and reading need no database",
        "type": "forbidden",
        "forbidden_modules": ["django", "rest_framework"],
        "source_modules": [
            "counting",
            "grants.standard",
            "grants.reading",
            "grants.checking",
            "grants.findings",
            "grants.people",
            "grants.amounts",
            "grants.organisations",
            "grants.locations",
            "grants.prepared",
            "priorities.rules",
        ],
    },
]

PLANTED = {
    "Floors look down, never up": ("accounts/letters.py", "import priorities.gaps"),
    "No circles inside a room": ("grants/models.py", "import grants.changes"),
    "Only urls.py opens a door": ("funders_portal/context.py", "import funders_portal.home"),
    "Only doors hold forms": ("priorities/gaps.py", "import grants.forms"),
    "One hand for each tool": ("priorities/gaps.py", "import plotly"),
    "Counting and reading need no database": ("counting/places.py", "import django"),
}
"""Contract to the file and the line that must break it."""

NAMED_MODULES = [
    "counting.money",
    "counting.periods",
    "counting.places",
    "counting.tables",
    "counting.disclosure",
    "accounts.access",
    "accounts.signin",
    "accounts.letters",
    "accounts.journal",
    "grants.changes",
    "grants.standard",
    "grants.reading",
    "grants.checking",
    "grants.imports",
    "grants.portfolio",
    "priorities.rules",
    "priorities.linking",
    "priorities.coverage",
    "priorities.gaps",
    "outcomes.schedule",
    "outcomes.reminders",
    "outcomes.reports",
    "outcomes.results",
    "meetings.snapshots",
    "meetings.packs",
    "meetings.decisions",
    "funders_portal.home",
    "funders_portal.dashboards",
    "funders_portal.stories",
    "funders_portal.charts",
    "funders_portal.packs",
    "funders_portal.api",
    "celery_worker.jobs",
    "celery_worker.app",
]


def settings_of_the_linter() -> dict[str, object]:
    return tomllib.loads((BASE / "pyproject.toml").read_text())["tool"]["importlinter"]


def linted(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--no-cache",
        "--config",
        str(tree / "pyproject.toml"),
    ]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=300)


def copy_of_the_tree(target: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(
            BASE / room,
            target / room,
            ignore=shutil.ignore_patterns("static", "templates", "locale", "__pycache__", "*.csv"),
        )
    shutil.copy(BASE / "pyproject.toml", target)
    return target


def test_the_contracts_are_the_houses_own():
    stated = settings_of_the_linter()
    assert stated["contracts"] == CONTRACTS
    assert sorted(stated["root_packages"]) == sorted(ROOMS)
    assert stated["include_external_packages"] is True
    assert stated["exclude_type_checking_imports"] is True


def test_every_contract_is_kept():
    answer = linted(BASE)
    assert answer.returncode == 0, answer.stdout
    for contract in CONTRACTS:
        assert f"{contract['name']} KEPT" in answer.stdout


@pytest.mark.parametrize("contract", [each["name"] for each in CONTRACTS])
def test_one_planted_import_breaks_its_contract(contract: str, tmp_path: Path):
    file, line = PLANTED[contract]
    tree = copy_of_the_tree(tmp_path)
    with (tree / file).open("a") as module:
        module.write(f"\n{line}\n")
    answer = linted(tree)
    assert answer.returncode == 1, answer.stdout
    assert f"{contract} BROKEN" in answer.stdout
    assert "5 kept, 1 broken" in answer.stdout


def own_relations() -> list[Field]:
    return [
        field
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in ROOMS
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey | ManyToManyField)
    ]


def test_foreign_keys_look_down():
    upward = [
        str(field)
        for field in own_relations()
        if field.related_model._meta.app_label in ROOMS
        and ROOMS.index(field.related_model._meta.app_label) > ROOMS.index(field.model._meta.app_label)
    ]
    assert own_relations()
    assert upward == []


def test_no_lower_room_reaches_up_through_a_foreign_key():
    reachable = [
        str(field)
        for field in own_relations()
        if field.related_model._meta.app_label != field.model._meta.app_label and not field.remote_field.hidden
    ]
    assert reachable == []


def test_every_model_stands_in_models():
    elsewhere = [
        f"{model.__module__}.{model.__name__}"
        for model in apps.get_models()
        if model._meta.app_label in ROOMS and model.__module__.split(".")[:2] != [model._meta.app_label, "models"]
    ]
    assert elsewhere == []


@pytest.mark.parametrize("module", NAMED_MODULES)
def test_modules_that_the_house_names_exist(module: str):
    path = BASE.joinpath(*module.split("."))
    assert path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def test_counting_knows_no_framework():
    program = "import sys, counting.tables, counting.money, counting.periods, counting.places, counting.disclosure\n"
    program += "print(sorted(name for name in sys.modules if name.split('.')[0] in ('django', 'rest_framework')))"
    answer = subprocess.run([sys.executable, "-c", program], cwd=BASE, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


LISTENING = {"accounts/provider_events.py": "django-anymail hands on what a provider tells by a signal only"}
"""Where a signal is listened to, and why no call could do."""


def test_there_are_no_signals():
    """A call that can be read beats one that must be known."""
    listening = [
        str(path.relative_to(BASE))
        for room in ROOMS
        for path in (BASE / room).rglob("*.py")
        if "django.db.models.signals" in path.read_text() or "django.dispatch" in path.read_text()
    ]
    assert listening == list(LISTENING)
