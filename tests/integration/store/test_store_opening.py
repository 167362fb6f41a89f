from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bot.errors import CorruptDataError
from bot.store import FILE_NAME, Store
from bot.store.database import Database
from bot.store.schema import HEAD, metadata

ROOT = Path(__file__).parents[3]


def objects(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every table's columns, keys and indexes, as SQLite itself describes them."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            "SELECT name, strict FROM pragma_table_list"
            " WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name != 'alembic_version'"
        ).fetchall()
        described = {"tables": sorted(tables)}
        for table, _strict in tables:
            for pragma in ("table_info", "foreign_key_list", "index_list"):
                rows = connection.execute(f"PRAGMA {pragma}({table})").fetchall()
                # An index's number is only the order in which SQLAlchemy's set of them came out.
                kept = [row[1:] for row in rows] if pragma == "index_list" else rows
                described[f"{table} {pragma}"] = sorted(kept)
        indexes = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name != 'alembic_version'"
        )
        for (index,) in indexes.fetchall():
            described[index] = connection.execute(f"PRAGMA index_info({index})").fetchall()
    return described


async def test_the_folder_and_the_file_are_made(tmp_path: Path) -> None:
    folder = tmp_path / "a b" / "50%?#"

    async with Store.open(folder):
        assert (folder / FILE_NAME).exists()

    assert [path.name for path in folder.iterdir()] == [FILE_NAME]


async def test_migrations_end_at_the_tables_that_the_code_speaks_of(tmp_path: Path) -> None:
    async with Store.open(tmp_path):
        pass

    declared = tmp_path / "declared.db"
    engine = create_engine(f"sqlite:///{declared}")
    metadata.create_all(engine)
    engine.dispose()
    assert objects(tmp_path / FILE_NAME) == objects(declared)
    assert all(strict for _name, strict in objects(declared)["tables"])


def test_the_newest_migration_is_the_head_that_start_up_looks_for() -> None:
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


async def test_a_commit_survives_a_power_cut_and_keys_are_checked(tmp_path: Path) -> None:
    async with Store.open(tmp_path):
        database = Database(tmp_path / FILE_NAME)
        async with database.transaction() as connection:
            settings = [
                (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
        await database.close()

    assert settings == ["wal", 2, 1, 30_000]


async def test_opening_a_current_file_does_not_import_alembic(tmp_path: Path) -> None:
    async with Store.open(tmp_path):
        pass
    code = (
        "import asyncio, pathlib, sys\n"
        "from bot.store import Store\n"
        "async def main():\n"
        "    async with Store.open(pathlib.Path(sys.argv[1])):\n"
        "        print('alembic' in sys.modules)\n"
        "asyncio.run(main())\n"
    )

    shown = subprocess.run(  # noqa: ASYNC221 - nothing else runs in this loop
        [sys.executable, "-c", code, tmp_path], cwd=ROOT, capture_output=True, check=True, text=True
    )

    assert shown.stdout == "False\n"


@pytest.mark.parametrize(
    "content",
    [b"Dear diary\n" * 500, b"SQLite format 3\0" + b"\xff" * 5_000, b"x"],
    ids=["text", "broken header", "one byte"],
)
async def test_a_file_that_is_no_database_is_named_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(content)

    with pytest.raises(CorruptDataError, match=FILE_NAME):
        async with Store.open(tmp_path):
            pass

    assert path.read_bytes() == content


async def test_another_programs_database_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE alembic_version (version_num TEXT);")
    content = path.read_bytes()

    with pytest.raises(CorruptDataError, match="another program's"):
        async with Store.open(tmp_path):
            pass

    assert path.read_bytes() == content


async def test_a_newer_schema_is_not_touched(tmp_path: Path) -> None:
    async with Store.open(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(CorruptDataError, match="made by a newer Isnad"):
        async with Store.open(tmp_path):
            pass

    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        assert connection.execute("SELECT * FROM alembic_version").fetchone() == ("9999",)


async def test_damage_found_later_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with Store.open(tmp_path):
        pass
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))

    with pytest.raises(CorruptDataError, match=FILE_NAME):
        async with Store.open(tmp_path) as store:
            await store.articles.summary()


async def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    with pytest.raises(CorruptDataError, match="data"):
        async with Store.open(tmp_path / "data"):
            pass
