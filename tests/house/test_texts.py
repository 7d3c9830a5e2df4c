"""What stands on screen: nothing inline, no word that words the code only, every text open to translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOMS = ("accounts", "celery_worker", "counting", "funders_portal", "grants", "meetings", "outcomes", "priorities")
BASE: Path = settings.BASE_DIR
TEMPLATES = sorted(path for room in ROOMS for path in (BASE / room).glob("templates/**/*") if path.is_file())
SOURCES = sorted(
    path for room in ROOMS for path in (BASE / room).rglob("*.py") if "migrations" not in path.relative_to(BASE).parts
)
NEVER_ON_SCREEN = (
    "dimension",
    "cell",
    "cliff",
    "parity",
    "allocation",
    "coding",
    "holistic",
    "obligation",
    "delivery",
    "flow",
    "stock",
    "snapshot",
    "digest",
    "ledger",
)
FORBIDDEN = re.compile(rf"\b({'|'.join(NEVER_ON_SCREEN)}|cliffs|(?:{'|'.join(NEVER_ON_SCREEN)})s|deliveries)\b", re.I)
READ_ALOUD = ("alt", "title", "aria-label", "aria-description", "placeholder", "data-label", "label")
"""Attributes whose value a person sees or hears."""
PLOTLYS_OWN = {"id": "plotly.js-style-global", "class": "no-inline-styles"}
"""The empty element that tells Plotly that its style sheet is already there."""
NAMES = {"Funders Portal", "API", "CSV", "JSON", "XLSX", "360Giving", "OpenAPI"}

TAG = re.compile(r"{%.*?%}|{#.*?#}|{{.*?}}", re.S)
BLOCK = re.compile(r"{%-?\s*(?:blocktrans(?:late)?\b)(.*?)%}(.*?){%\s*endblocktrans(?:late)?\s*%}", re.S)
COMMENT = re.compile(r"{%\s*comment\b.*?endcomment\s*%}", re.S)
WORD = re.compile(r"{%\s*trans(?:late)?\s+(?:\"([^\"]*)\"|'([^']*)')")
SAYS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}


class Page(HTMLParser):
    """The elements of a template, and the texts that a person would read in it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.inline: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.elements.append((tag, given))
        self.texts += [given[name] for name in READ_ALOUD if name in given]
        if tag in ("script", "style", "code", "pre"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            self.open.remove(tag)

    def handle_data(self, data: str) -> None:
        if {"script", "style"} & set(self.open):
            self.inline += [data.strip()] if data.strip() else []
        elif not self.open:
            self.texts.append(data)


def named(path: Path) -> str:
    return str(path.relative_to(BASE))


def every_template(suffixes: tuple[str, ...] = (".html",)) -> list[Path]:
    return [path for path in TEMPLATES if path.suffix in suffixes]


def without_template_language(text: str) -> str:
    return TAG.sub("", BLOCK.sub(" ", COMMENT.sub("", text)))


def said_in_template(text: str) -> str:
    """All that it can put on screen of its own: plain text, and what stands in translation tags."""
    text = COMMENT.sub("", text)
    words = [first or second for first, second in WORD.findall(text)]
    blocks = [" ".join(Page(TAG.sub("", body)).texts) for _, body in BLOCK.findall(text)]
    return "\n".join([*words, *blocks, *Page(without_template_language(text)).texts])


def said_in_code(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and called(node) in SAYS:
            yield from (each.value for each in node.args if isinstance(each, ast.Constant) and type(each.value) is str)


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def faults_of(page: Page) -> Iterator[str]:
    """Whatever the content security policy would refuse."""
    yield from (f"inline text: {text[:60]}" for text in page.inline)
    for tag, given in page.elements:
        if tag == "script" and "src" not in given:
            yield "a script without src"
        if tag == "style" and given != PLOTLYS_OWN:
            yield "a style element"
        for name, value in given.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                yield f"{tag} {name}"
            if name in ("href", "src", "action") and value.strip().lower().startswith("javascript:"):
                yield f"{tag} {name}=javascript:"


@pytest.mark.parametrize("path", every_template((".html", ".svg")), ids=named)
def test_templates_hold_nothing_inline(path: Path):
    assert list(faults_of(Page(TAG.sub("", path.read_text())))) == []


def test_something_inline_would_be_seen():
    text = '<p style="x" onclick="y">a</p><script>z()</script><style>b{}</style><a href="javascript:c()">d</a>'
    assert len(list(faults_of(Page(text)))) == 7


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_say_no_word_that_is_never_on_screen(path: Path):
    assert FORBIDDEN.findall(said_in_template(path.read_text())) == []


def test_code_says_no_word_that_is_never_on_screen():
    said = {f"{named(path)}: {text}" for path in SOURCES for text in said_in_code(path) if FORBIDDEN.search(text)}
    assert said == set()


def test_a_forbidden_word_would_be_seen():
    assert FORBIDDEN.findall(
        said_in_template("{% translate 'The ledger' %}{% blocktranslate %}Two cells{% endblocktranslate %}")
    )
    assert FORBIDDEN.findall(said_in_template('<td data-label="Dimension">a</td>'))
    assert not FORBIDDEN.findall(said_in_template("{% url 'snapshot' %}<p class='cell'>cancelled</p>{{ digest }}"))


@pytest.mark.parametrize("path", every_template(), ids=named)
def test_every_text_of_a_template_can_be_translated(path: Path):
    texts = (text.strip() for text in Page(without_template_language(path.read_text())).texts)
    assert [text for text in texts if re.search(r"[A-Za-z]{2}", text) and text not in NAMES] == []


def test_every_label_and_message_in_code_can_be_translated():
    named_texts = ("label", "help_text", "empty_label", "verbose_name", "error_messages", "placeholder")
    bare = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            if called(node) == "add_error" or called(node) == "ValidationError":
                bare += [f"{named(path)}: {each.value}" for each in node.args if is_a_sentence(each)]
            bare += [
                f"{named(path)}: {keyword.arg}={keyword.value.value}"
                for keyword in node.keywords
                if keyword.arg in named_texts and is_a_sentence(keyword.value)
            ]
    assert bare == []


def is_a_sentence(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(re.search(r"[A-Z][a-z]| ", node.value))
    )


def test_no_template_or_code_switches_escaping_off():
    switches = ("|safe", "autoescape off", "mark_safe(", "SafeString(")
    found = [
        f"{named(path)}: {switch}"
        for path in (*TEMPLATES, *SOURCES)
        for switch in switches
        if switch in path.read_text()
    ]
    assert found == []


@pytest.mark.django_db
def test_the_models_and_their_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)
