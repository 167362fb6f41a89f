"""What is known of an article beside its text, checked at the door."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainValidator, ValidationError

from bot.sources import dates, languages
from bot.sources.characters import check, clean, lines, one_line
from bot.sources.refusing import RefusedError, complaints
from bot.sources.submission import Submission
from retrieval.languages import language_of
from retrieval.models import Language
from retrieval.spans import is_quotable

LONGEST_TEXT = 1_000_000
LONGEST_HEADLINE = 500
LONGEST_OUTLET = 200
LONGEST_URL = 2_000
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")


def _headline(value: str | None) -> str | None:
    return _bounded(value, LONGEST_HEADLINE)


def _outlet(value: str | None) -> str | None:
    return _bounded(value, LONGEST_OUTLET)


def _bounded(value: str | None, limit: int) -> str | None:
    line = one_line(value or "")
    if line and len(line) > limit:
        raise ValueError(f"longer than {limit} characters")
    return check(line) if line else None


def _url(value: str | None) -> str | None:
    if value is None or not value.strip():
        return None
    url = check(value.strip())
    if len(url) > LONGEST_URL:
        raise ValueError(f"longer than {LONGEST_URL:,} characters")
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        known = False
    if not known or _UNSAFE.search(url):
        raise ValueError("not an http or https address")
    return url


def _published(value: object) -> date | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return dates.parse(value)


Headline = Annotated[str | None, AfterValidator(_headline)]


class Details(BaseModel):
    """Headline, outlet, URL, date and language, each where it is known."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, populate_by_name=True)

    headline: Headline = None
    outlet: Annotated[str | None, AfterValidator(_outlet)] = None
    url: Annotated[str | None, AfterValidator(_url)] = None
    published: Annotated[date | None, PlainValidator(_published)] = None
    language: Annotated[Language | None, PlainValidator(languages.parse)] = None

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> Self:
        """Return the details that the fields give. Raises RefusedError, naming the field."""
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise RefusedError(complaints(error)) from error

    @classmethod
    def as_far_as_valid(cls, fields: Mapping[str, object]) -> Self:
        """Return the details without the fields that are no use: for what a page says of itself."""
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            wrong = {each["loc"][0] for each in error.errors(include_url=False)}
            return cls.model_validate({k: v for k, v in fields.items() if k not in wrong})


def submission(text: str, details: Details, given: Details | None, source: str) -> Submission:
    """Return the article, cleaned; what is `given` from outside goes before its own details.

    Where the text opens with the headline, the body starts after it. Raises RefusedError.
    """
    if len(text) > LONGEST_TEXT:
        raise RefusedError(f"text: longer than {LONGEST_TEXT:,} characters")
    text = clean(check(text)).strip()
    given = given or Details()
    headline = given.headline or details.headline
    language = given.language or details.language or language_of(text)
    body = _without(headline, text)
    if not is_quotable(body):
        raise RefusedError("no text")
    if language is None:
        raise RefusedError("no Arabic or English text")
    return Submission(
        body=body,
        source=one_line(source) or "?",
        headline=headline,
        outlet=given.outlet or details.outlet,
        url=given.url or details.url,
        published=given.published or details.published or dates.near_the_top(text),
        language=language,
    )


def _without(headline: str | None, text: str) -> str:
    opening, end = lines(text[: 4 * LONGEST_HEADLINE])[0]
    if headline is None or one_line(opening) != headline:
        return text
    return text[end:].strip() or text
