"""The API's own doors: where it begins, its schema and documentation, and how it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import APIRootView
from rest_framework.views import APIView, exception_handler

from accounts.access import Anyone, SignedIn, only
from accounts.api_access import Guarded


class Root(Guarded, APIRootView):
    guard = (SignedIn,)


class Schema(Guarded, SpectacularAPIView):
    guard = (SignedIn,)
    # Else it is taken from the address and put into a header as it stands.
    api_version = "1.0"


class Nothing(Guarded, APIView):
    """So that a wrong address under /api/ is answered as the API answers, not by a page."""

    guard = (Anyone,)

    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str) -> Response:
        raise NotFound(_("The API has nothing at this address. All that it has is listed at /api/."))


def in_sentences(wrong: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as `{"detail": sentence}`, with `fields` (name to sentences) where parts of the address are wrong.

    None, so a 500, where the fault is the portal's own.
    """
    response = exception_handler(wrong, context)
    if response is not None and not (isinstance(response.data, dict) and "detail" in response.data):
        fields = response.data if isinstance(response.data, dict) else {"": response.data}
        fields = {"" if name == "__all__" else name: lines for name, lines in fields.items()}
        told = [f"{name}: {each}" if name else str(each) for name, lines in fields.items() for each in lines]
        response.data = {"detail": " ".join(told), "fields": fields}
    return response


@only(SignedIn)
@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """Drawn from the schema itself, so that it cannot say anything else, and without any script."""
    schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return render(request, "funders_portal/api_docs.html", {"operations": list(operations(schema))})


def operations(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each address of the API with what it takes and what it gives, in the schema's order."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield {
                "anchor": operation["operationId"],
                "method": method.upper(),
                "path": path,
                "description": operation.get("description", ""),
                "parameters": [parameter(each) for each in operation.get("parameters", [])],
                "fields": list(fields(answer(operation), schema)),
            }


def parameter(described: dict[str, Any]) -> dict[str, Any]:
    takes = described.get("schema", {})
    return {
        "name": described["name"],
        "required": described.get("required", False),
        "kind": kind(takes),
        "choices": choices(takes),
        "description": described.get("description", ""),
    }


def answer(operation: dict[str, Any]) -> dict[str, Any]:
    """The schema of the good answer; empty where there is none or it is not JSON."""
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            return dict(response.get("content", {}).get("application/json", {}).get("schema", {}))
    return {}


def fields(described: dict[str, Any], schema: dict[str, Any], within: str = "") -> Iterator[dict[str, Any]]:
    """Every field of an answer, those of lists and of objects inside it too, by their full names."""
    found = resolved(described, schema)
    if found.get("type") == "array":
        yield from fields(found["items"], schema, f"{within}[]")
    for name, each in found.get("properties", {}).items():
        full = f"{within}.{name}".lstrip(".")
        inner = resolved(each, schema)
        yield {
            "name": full,
            "kind": kind(inner),
            "choices": choices(inner),
            "description": inner.get("description", ""),
        }
        yield from fields(inner, schema, full)


def resolved(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A part of the schema with its reference followed; what stands beside the reference is kept."""
    beside = {name: value for name, value in described.items() if name not in ("$ref", "allOf")}
    reference = described.get("$ref") or next((each.get("$ref") for each in described.get("allOf", [])), None)
    if not reference:
        return described
    return {**schema["components"]["schemas"][reference.rsplit("/", 1)[1]], **beside}


def kind(described: dict[str, Any]) -> str:
    return str(described.get("format") or described.get("type", ""))


def choices(described: dict[str, Any]) -> list[Any]:
    return list(described.get("enum") or described.get("items", {}).get("enum", []))
