"""Where the work is, as one row says: addresses, postcodes and points on the map stay in the raw row."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from counting import places
from grants import standard
from grants.findings import RowCheck
from grants.texts import POSTCODE, tidy, without_contacts

_GSS = re.compile(r"[A-Z]\d{8}", re.ASCII)
_region_of = lru_cache(maxsize=4_096)(places.region_of)


class Locations(RowCheck):
    """The checks of one row's places."""

    __slots__ = ()

    def locations(self) -> list[dict[str, str]]:
        """Where the work is; addresses, postcodes and points on the map stay in the raw row."""
        written = self.objects("beneficiaryLocation")
        found = [_as_plain(each) or self.location(number, each) for number, each in enumerate(written)]
        return [each for each in found if any(each.values())]

    def location(self, number: int, written: dict[str, Any]) -> dict[str, str]:
        column = f"beneficiaryLocation/{number}"
        name = self.text(f"{column}/name", written.get("name"), standard.LONGEST_NAME)
        gss = self.text(f"{column}/geoCode", written.get("geoCode"))
        public = without_contacts(name)
        if public != name:
            self.note(f"{column}/name", "contact-left-out")
        if gss and POSTCODE.search(gss.upper()):
            self.note(f"{column}/geoCode", "place-code-is-postcode")
            gss = ""
        elif len(gss) > 40:
            self.note(f"{column}/geoCode", "place-code-unknown", gss)
            gss = ""
        country = self.country(f"{column}/countryCode", written.get("countryCode"))
        region = _region_of(gss) or ("" if country in ("", "GB") else places.INTERNATIONAL)
        kind = self.text(f"{column}/geoCodeType", written.get("geoCodeType"))[:40]
        return {"name": public, "geo_code": gss, "geo_code_type": kind, "country_code": country, "region": region}

    def country(self, column: str, value: Any) -> str:
        text = self.text(column, value)
        if not text or text in standard.COUNTRIES:
            return text
        meant = {"UK": "GB"}.get(text.upper(), text.upper())
        known = meant if meant in standard.COUNTRIES else ""
        self.note(column, "country-written-otherwise" if known else "country-unknown", text, known)
        return known


def _as_plain(written: dict[str, Any]) -> dict[str, str] | None:
    """A place where nothing is wrong with it, which is nearly always; None sends it to be checked."""
    name, gss = written.get("name"), written.get("geoCode")
    kind, country = written.get("geoCodeType"), written.get("countryCode")
    if type(name) is str and type(gss) is str and type(kind) is str and type(country) is str:
        return _plain_location(name, gss, kind, country)
    return None


@lru_cache(maxsize=16_384)
def _plain_location(name: str, gss: str, kind: str, country: str) -> dict[str, str] | None:
    """A place where nothing is wrong with it, else None. Shared by all grants there; nobody changes it."""
    texts = (name, gss, kind, country)
    if len(name) > standard.LONGEST_NAME or any(tidy(text)[1] for text in texts) or without_contacts(name) != name:
        return None
    if not _GSS.fullmatch(gss) or country not in standard.COUNTRIES or len(kind) > 40:
        return None
    region = _region_of(gss) or ("" if country == "GB" else places.INTERNATIONAL)
    return {"name": name, "geo_code": gss, "geo_code_type": kind, "country_code": country, "region": region}
