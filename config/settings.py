"""Every setting, read once from the environment or a `.env` file."""

import os
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _token_shape(token: SecretStr) -> SecretStr:
    """Refuse what cannot be a Bot API token, without repeating it."""
    number, _, secret = token.get_secret_value().partition(":")
    if not (number.isascii() and number.isdigit() and secret):
        raise ValueError("a token looks like 123456:ABC-DEF…, as @BotFather gave it")
    return token


def _numbers(written: object) -> object:
    """Read user numbers between commas or spaces."""
    if not isinstance(written, str):
        return written
    parts = written.replace(",", " ").split()
    if not all(each.isascii() and each.isdigit() for each in parts):
        raise ValueError("Telegram's user numbers, with commas between them, as 12345,67890")
    return frozenset(map(int, parts))


def _folders(written: object) -> object:
    """Read folders between the separators of a search path."""
    if not isinstance(written, str):
        return written
    return tuple(Path(each).expanduser() for each in written.split(os.pathsep) if each.strip())


def _hosts(written: object) -> object:
    """Read names of hosts between commas or spaces."""
    if not isinstance(written, str):
        return written
    return frozenset(written.lower().replace(",", " ").split())


def _zone(name: str) -> str:
    """Refuse what is no time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError):
        raise ValueError("a time zone looks like UTC or Asia/Beirut") from None
    return name


class Settings(BaseSettings):
    """How this installation differs from another. docs/operating.md explains each."""

    model_config = SettingsConfigDict(
        env_prefix="ISNAD_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    telegram_token: Annotated[SecretStr, AfterValidator(_token_shape)] | None = None
    telegram_api_url: HttpUrl = HttpUrl("https://api.telegram.org")
    data_dir: Path = Path("data")
    seeds: bool = True
    semantic: bool = True
    watch: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_folders)] = ()
    private_hosts: Annotated[frozenset[str], NoDecode, BeforeValidator(_hosts)] = frozenset()
    admins: Annotated[frozenset[int], NoDecode, BeforeValidator(_numbers)] = frozenset()
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    newsroom: Annotated[str, Field(max_length=60)] = ""
    least_trust: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.25
    questions_per_minute: Annotated[int, Field(ge=1, le=600)] = 10
    silence_seconds: Annotated[int, Field(ge=30)] = 180
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
