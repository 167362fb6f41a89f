"""What the repository promises about itself: its settings, dependencies, seeds and manners."""

from __future__ import annotations

import re
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SETTINGS = [f"ISNAD_{name.upper()}" for name in Settings.model_fields]
SEEDS = {
    "000_8033dc0108958adb.txt": "4e0226dad4babe92633772e9a3f7a7d621887ae1ec544fd3f6df775a4cae1867",
    "001_87e2fff53a2355be.txt": "2ca1f6aad4fd2ea5593520d7171bd3dba7df6fc0000d8452ff84b6c1c5a9c47f",
    "002_2f6eb6198f4589d4.txt": "c501ea3b5240d35bf2339a12f10724d049458393b5f7c78cca949929aa479870",
    "003_9ab4dc96716d2ae8.txt": "c8347816ae57d6930f3a361d66203bc1c88be4bf331fc87ee4c0a5159869b816",
    "004_23d4841abefc25ef.txt": "f3f013b1150cb025d7520ecb0013e088a9b442ad2d34e3f200d7a552ab3ecf83",
}
NOT_OURS = {".env", ".coverage"}
OURS = ["bot", "retrieval", "config", "seeds", "tests", "docs", ".ci"]
# Written so that this file does not name what it looks for.
REGISTRY = re.compile(r"(?:py[p]i|test\.py[p]i)\.org|python[h]osted|index[-]url|[a]naconda\.org")
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:home|root|Users|work)/\w")


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def names(requirements: list[Any]) -> set[str]:
    """The distributions' names in the one spelling that compares."""
    wanted = (each for each in requirements if isinstance(each, str))
    found = (re.match(r"[\w.-]+", each) for each in wanted)
    return {re.sub("[-_.]+", "-", each.group()).lower() for each in found if each}


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file that belongs to the project."""
    inside = [path for name in OURS for path in (ROOT / name).rglob("*")]
    for path in [*ROOT.iterdir(), *inside]:
        if path.is_file() and path.name not in NOT_OURS and path.suffix not in {".pyc", ".png"}:
            yield path, path.read_text("utf-8")


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_explained(name: str) -> None:
    explained = (ROOT / "docs" / "operating.md").read_text("utf-8")
    example = (ROOT / ".env.example").read_text("utf-8")

    assert f"| `{name}` |" in explained
    assert f"\n{name}=" in example


def test_no_setting_is_explained_that_does_not_exist() -> None:
    files = ["docs/operating.md", ".env.example", "README.md", "Makefile", "Procfile"]

    named = {name for file in files for name in re.findall(r"ISNAD_[A-Z_]+[A-Z]", read(file))}

    assert named <= {*SETTINGS}


def test_the_defaults_that_are_explained_are_those_of_the_settings() -> None:
    rows = dict(
        re.findall(r"^\| `(ISNAD_\w+)` \| `([^`]+)` \|", read("docs/operating.md"), re.MULTILINE)
    )

    defaults = {
        f"ISNAD_{name.upper()}": str(field.default).lower()
        for name, field in Settings.model_fields.items()
        if field.default not in {None, "", frozenset(), ()}
    }

    assert {name: value.rstrip("/").lower() for name, value in rows.items()} == {
        name: value.rstrip("/") for name, value in defaults.items()
    }


def read(file: str) -> str:
    path = ROOT / file
    return path.read_text("utf-8") if path.exists() else ""


def test_no_file_names_a_package_registry_or_a_place_on_someones_machine() -> None:
    offending = [
        (str(path.relative_to(ROOT)), found.group())
        for path, text in texts()
        for pattern in (REGISTRY, MACHINE_PATH)
        if (found := pattern.search(text))
    ]

    assert offending == []


def test_the_project_needs_what_it_says_it_needs() -> None:
    project = pyproject()["project"]

    assert project["name"] == "isnad"
    assert project["requires-python"] == ">=3.11"
    assert project["scripts"] == {"isnad": "bot.__main__:main"}
    assert {
        "python-telegram-bot", "rank-bm25", "pydantic-settings", "aiosqlite", "tantivy",
        "sqlalchemy", "alembic", "pystemmer", "babel", "typer", "rich",
    } <= names(project["dependencies"])  # fmt: skip
    assert "pytest-asyncio" in names(pyproject()["dependency-groups"]["test"])
    assert any(each.startswith("python-telegram-bot>=22") for each in project["dependencies"])


def test_every_dependency_is_pinned_once() -> None:
    whole = pyproject()
    groups = [*whole["dependency-groups"].values(), whole["project"]["dependencies"]]
    lines = read("constraints.txt").splitlines()
    pins = [line.partition("==")[0] for line in lines if "==" in line]

    assert {name for group in groups for name in names(group)} <= names(pins)
    assert len(names(pins)) == len(pins)


def test_every_module_that_is_packaged_is_there() -> None:
    packages = pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

    assert packages == ["bot", "retrieval", "config", "seeds"]
    assert all((ROOT / package / "__init__.py").is_file() for package in packages)


def test_the_procfile_runs_the_bot_as_a_worker() -> None:
    assert read("Procfile") == "worker: python -m bot run --no-preview\n"


def test_the_seeds_are_the_documents_byte_for_byte() -> None:
    digests = {
        path.name: sha256(path.read_bytes()).hexdigest() for path in (ROOT / "seeds").glob("*.txt")
    }

    assert digests == SEEDS


def test_the_manifest_names_every_seed_and_says_only_what_the_document_says() -> None:
    manifest = tomllib.loads((ROOT / "seeds" / "manifest.toml").read_text("utf-8"))
    articles: list[dict[str, Any]] = manifest["articles"]

    assert [each["file"] for each in articles] == sorted(SEEDS)
    assert {key for each in articles for key in each} <= {
        "file", "language", "headline", "published",
    }  # fmt: skip
    for each in articles:
        body = (ROOT / "seeds" / each["file"]).read_bytes().decode()
        assert each.get("headline", "") in body
        assert str(each.get("published", "")) in body
    assert [each["language"] for each in articles] == ["en", "en", "ar", "en", "en"]


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}

    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []
