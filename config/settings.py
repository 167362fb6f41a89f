"""Every setting, read once from the environment or a `.env` file."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _token_shape(token: SecretStr) -> SecretStr:
    """Refuse what cannot be a Bot API token, without repeating it."""
    number, _, secret = token.get_secret_value().partition(":")
    if not (number.isascii() and number.isdigit() and secret):
        raise ValueError("a token looks like 123456:ABC-DEF…, as @BotFather gave it")
    return token


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
    newsroom: Annotated[str, Field(max_length=60)] = ""
    questions_per_minute: Annotated[int, Field(ge=1, le=600)] = 10
    silence_seconds: Annotated[int, Field(ge=30)] = 180
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
