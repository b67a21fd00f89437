"""The commands. Those that run one job get their options from the job's settings."""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from peelian.cli.boxes import boxes
from peelian.cli.operations import operations
from peelian.cli.plan import with_problems
from peelian.cli.show import deliver, print_data, progress_bar, say
from peelian.terms import DataError

if TYPE_CHECKING:
    from peelian.workflows import Job

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Find where violence concentrates, plan the day's patrols, and show how sure it is.",
)
hotspots = typer.Typer(no_args_is_help=True, help="Where is violence concentrated?")
evaluate = typer.Typer(
    no_args_is_help=True, help="Was the forecast good, and fair? Did the action work?"
)
offences = typer.Typer(
    no_args_is_help=True, help="Was a knife used or threatened? What narratives say."
)
report = typer.Typer(no_args_is_help=True, help="Maps and packs to hand over.")
app.add_typer(hotspots, name="hotspots")
app.add_typer(evaluate, name="evaluate")
app.add_typer(boxes, name="boxes")
app.add_typer(operations, name="operation")
app.add_typer(offences, name="offences")
app.add_typer(report, name="report")

STORE = typer.Option(
    "--store", envvar="PEELIAN_STORE", help="the lake folder that holds the events"
)
FORMAT = typer.Option("--format", help="table, csv, json or geojson, on standard output")
OUTPUT = typer.Option("--output", "-o", help="write a file instead; its suffix says the kind")
QUIET = typer.Option("--quiet", "-q", help="no messages, no progress bar")
DEFAULT_STORE = "peelian-store"
# Settings given by their place, not by a name: those of the first line that a job has.
ARGUMENTS = (
    *(("pings",), ("plan",), ("registered",), ("series",), ("counts",)),
    *(("forecast", "events"), ("narratives",)),
)
# With any of these there is no need of a store.
FILES = ("events", "counts", "rows", "series", "expected_treated", "narratives")
REGISTER = ("evaluate register", "evaluate report")  # these need one all the same
WITHOUT = (
    "report figures",
    "report bulletin",
)  # these say more with a store, and much without

EXAMPLES = {
    "count": "peelian count --by district",
    "hotspots kde": "peelian hotspots kde --bandwidth 1000 --output kde.geojson",
    "hotspots dual-kde": "peelian hotspots dual-kde events.csv --x lon --y lat --time date "
    '--where "knife = 1" --reference-where "knife = 0" --bandwidth 1000',
    "hotspots change": "peelian hotspots change --split 2018-06 --cell-kind areas",
    "hotspots stability": "peelian hotspots stability --top 20 --format csv",
    "hotspots gi-star": "peelian hotspots gi-star --format csv > gi.csv",
    "hotspots local-moran": "peelian hotspots local-moran --output moran.geojson",
    "hotspots emerging": "peelian hotspots emerging --scheme five --format csv",
    "hotspots concentration": "peelian hotspots concentration --cell-size 500",
    "hotspots segments": "peelian hotspots segments events.csv --x lon --y lat --time date "
    "--network county.osm.pbf --output segments.geojson",
    "hotspots knox": "peelian hotspots knox events.csv --x lon --y lat --time date "
    "--distance-breaks 0,100,200 --time-breaks 0,7,14",
    "hotspots near-repeats": "peelian hotspots near-repeats events.csv --x lon --y lat "
    "--time date --distance 200 --days 14",
    "hotspots scan": "peelian hotspots scan events.csv --x lon --y lat --time date "
    "--max-radius 1000 --max-days 30",
    "explain": "peelian explain events.csv --x lon --y lat --time date --generators pubs.csv",
    "forecast": "peelian forecast events.csv --x lon --y lat --time date --horizon 31d "
    "--flag-area 2",
    "backtest": "peelian backtest --models count,ewma,gamma-poisson",
    "boxes list": "peelian boxes list --output boxes.geojson",
    "evaluate boxes": "peelian evaluate boxes --cell-size 250",
    "evaluate equity": "peelian evaluate equity forecast.csv --format csv > equity.csv",
    "evaluate leaks": "peelian evaluate leaks --models count,ewma --runs 12",
    "evaluate score": "peelian evaluate score forecast.csv events.csv --x lon --y lat "
    "--time date --since 2018-12-01 --until 2018-12-31",
    "evaluate impact": "peelian evaluate impact counts.csv --design did",
    "evaluate monitor": "peelian evaluate monitor months.csv --series-watched 14",
    "evaluate register": "peelian evaluate register plan.json --store essex",
    "evaluate report": "peelian evaluate report 2026-11-22-1a2b3c4d --counts counts.csv "
    "--output report.pdf",
    "evaluate power": "peelian evaluate power before.csv --design crossover --share 0.4",
    "plan": "peelian plan --date 2018-12-01 --teams 8 --format csv",
    "operation list": "peelian operation list --operation op-sceptre-2025-12-01",
    "operation sheet": "peelian operation sheet --day 2025-12-03 --output sheet.pdf",
    "operation close": "peelian operation close --output close-down.pdf",
    "operation return": "peelian operation return --layout return.toml --output return.csv",
    "arches": "peelian arches --date 2018-12-03 --days 7 --teams 2",
    "dosage": "peelian dosage pings.csv --plan latest --units 'EA1=Team 1, EA2=Team 1'",
    "delivery": "peelian delivery --first-day 2018-12-01 --format csv > spot-days.csv",
    "report bulletin": "peelian report bulletin --force essex --output public-site",
    "report figures": "peelian report figures --force essex --output figures.pdf",
    "offences classify": "peelian offences classify crimes.csv --text mo --offence class",
    "offences evaluate": "peelian offences evaluate coded.csv --text mo --label knife "
    "--second other --model both",
    "offences review": "peelian offences review crimes.csv --text mo --sample 400 "
    "--output rows.csv",
    "offences codes": "peelian offences codes --store essex --format csv > codes.csv",
    "offences reads": "peelian offences reads --store essex --format csv > reads.csv",
    "report map": "peelian report map --output map.html",
    "report pack": "peelian report pack --date 2018-12-01 --teams 8 --output pack.pdf",
}
OUTPUTS = {
    "report map": Path("map.html"),
    "report pack": Path("pack.pdf"),
    "report bulletin": Path("public-site"),
}


def job_command(
    job: "Job", example: str, *, output: Path | None = None
) -> Callable[..., None]:
    """A command for ``job``: its settings become options, its docstring the help.

    ``output`` is the file it writes unless told otherwise; without one, standard output.
    """
    from peelian.workflows import flat_fields, from_flat, open_store, run

    def command(**given: Any) -> None:
        store_path, form = given.pop("store"), given.pop("form")
        target, quiet = given.pop("output"), given.pop("quiet")
        settings = from_flat(job.settings, {k: v for k, v in given.items() if v is not None})
        files = any(given.get(name) for name in FILES) or (
            given.get("forecast") and given.get("areas")
        )
        register = job.name in REGISTER
        files = files and not given.get("coded_in_store")
        store = None
        bare = job.name in WITHOUT and not Path(store_path).exists()
        if register or not (files or bare):
            store = open_store(store_path, create=register)
        with progress_bar(quiet) as progress:
            outcome = run(job.name, store, settings, now=datetime.now(UTC), progress=progress)
        deliver(outcome, form=form, output=target, quiet=quiet)
        if not outcome.passed:
            raise typer.Exit(1)

    parameters = []
    offered = list(flat_fields(job.settings))
    names = {name for name, *_ in offered}
    by_place = next((line for line in ARGUMENTS if names & set(line)), ())
    for name, kind, default, text in offered:
        declared = (
            typer.Argument(help=text, show_default=False)
            if name in by_place
            else typer.Option(f"--{name.replace('_', '-')}", help=text)
        )
        if kind is bool:
            declared = typer.Option(
                f"--{name.replace('_', '-')}/--no-{name.replace('_', '-')}", help=text
            )
        parameters.append((name, Annotated[kind, declared], default))
    parameters += [
        ("store", Annotated[str, STORE], DEFAULT_STORE),
        ("form", Annotated[str, FORMAT], "table"),
        ("output", Annotated[Path | None, OUTPUT], output),
        ("quiet", Annotated[bool, QUIET], False),
    ]
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
            )
            for name, kind, default in parameters
        ]
    )
    command.__annotations__ = {name: kind for name, kind, _ in parameters}
    command.__doc__ = f"{(job.run.__doc__ or '').strip()}\n\nExample: {example}"
    return command


def add_job_commands() -> None:
    """One command for every job; a two-word job goes into its group."""
    from peelian.workflows import JOBS

    groups = {
        "boxes": boxes,
        "hotspots": hotspots,
        "evaluate": evaluate,
        "offences": offences,
        "operation": operations,
        "report": report,
    }
    for name, job in JOBS.items():
        group, _, word = name.rpartition(" ")
        command = job_command(job, EXAMPLES[name], output=OUTPUTS.get(name))
        if name == "plan":
            command = with_problems(command)
        groups.get(group, app).command(word)(command)
    pack = job_command(JOBS["plan"], EXAMPLES["report pack"], output=OUTPUTS["report pack"])
    report.command("pack")(pack)


add_job_commands()


@report.command("change")
def report_change(
    new: Annotated[int | None, typer.Option(help="count of the new period")] = None,
    old: Annotated[int | None, typer.Option(help="count of the period before")] = None,
    exposure_new: Annotated[
        float | None, typer.Option(help="length or population of the new period")
    ] = None,
    exposure_old: Annotated[
        float | None, typer.Option(help="length or population of the old period")
    ] = None,
    dispersion: Annotated[
        float | None, typer.Option(help="variance over mean of counts; 2 is assumed")
    ] = None,
    monthly: Annotated[
        Path | None, typer.Option(help="CSV of month, n, to estimate the dispersion from")
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="last day of the new twelve months, YYYY-MM-DD")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="table or json")] = "table",
) -> None:
    """Say whether a count went down, with the interval in the sentence.

    Example: peelian report change --new 1511 --old 1730 --to 2023-09-30
    """
    from peelian import workflows

    print_data(
        workflows.report_change(
            new=new,
            old=old,
            exposure_new=exposure_new,
            exposure_old=exposure_old,
            dispersion=dispersion,
            monthly=monthly,
            to=to,
            form=form,
        )
    )


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="files, folders or zips of events")] = [],  # noqa: B006
    store: Annotated[str, STORE] = DEFAULT_STORE,
    mapping: Annotated[
        Path | None,
        typer.Option(
            help="how to read the file: a TOML file, or a name such as st-louis-2013"
        ),
    ] = None,
    areas: Annotated[
        Path | None, typer.Option(help="polygons with code, district, population")
    ] = None,
    study_area: Annotated[Path | None, typer.Option(help="the polygon analysed")] = None,
    bases: Annotated[
        Path | None, typer.Option(help="where teams start: name and place")
    ] = None,
    knife: Annotated[
        Path | None,
        typer.Option(help="CSV of offences classify --id: the flag of rows without one"),
    ] = None,
    crs: Annotated[
        str | None, typer.Option(help="projected CRS of a new store; EPSG:27700 if not given")
    ] = None,
    suggest: Annotated[
        Path | None, typer.Option(help="propose a mapping for this file")
    ] = None,
    form: Annotated[str, FORMAT] = "table",
    quiet: Annotated[bool, QUIET] = False,
) -> None:
    """Read files into the store, and account for every row.

    Example: peelian ingest 2018-11-essex-street.csv --store essex
    """
    from peelian import workflows

    if suggest is not None:
        print_data(workflows.suggest(suggest))
        return
    if not any((paths, areas, study_area, bases)):
        raise typer.BadParameter(
            "nothing to read: give files, --areas, --study-area or --bases"
        )
    workflows.require_form(form)
    with progress_bar(quiet) as progress:
        report = workflows.ingest(
            workflows.open_store(store, create=True, crs=crs),
            paths,
            now=datetime.now(UTC),
            mapping=mapping,
            areas=areas,
            study_area=study_area,
            bases=bases,
            knife=knife,
            progress=progress,
            notice=lambda sentence: say(sentence, quiet=quiet),
        )
    print_data(workflows.ingest_text(report, form))


@app.command()
def reproduce(
    file: Annotated[Path, typer.Argument(help="a file that Peelian made")],
    store: Annotated[str, STORE] = DEFAULT_STORE,
    output: Annotated[Path | None, OUTPUT] = None,
    quiet: Annotated[bool, QUIET] = False,
) -> None:
    """Make a file again from its own record, and say whether every byte is the same.

    Example: peelian reproduce map.html
    """
    from peelian import workflows

    with progress_bar(quiet) as progress:
        data, difference = workflows.reproduce(file, folder=store, progress=progress)
    if output is not None:
        workflows.write_whole({output: data})
        say(f"wrote {output}", quiet=quiet)
    if difference:
        raise DataError(f"{file}: not reproduced: {difference}")
    print_data(f"{file}: reproduced, every byte the same ({len(data):,} bytes)")


@app.command()
def serve(
    store: Annotated[str, STORE] = DEFAULT_STORE,
    port: Annotated[int, typer.Option(help="port on this machine")] = 8000,
    database: Annotated[
        str | None,
        typer.Option(
            envvar="PEELIAN_DATABASE", help="PostgreSQL server; none: an embedded one"
        ),
    ] = None,
    teams_at: Annotated[
        str,
        typer.Option(help="https address of your proxy, at which phones reach teams' pages"),
    ] = "",
    narratives: Annotated[
        str, typer.Option(help="CSV of narratives to code on the page Narratives")
    ] = "",
    text: Annotated[str, typer.Option(help="its column of the free text")] = "",
    offence: Annotated[
        str, typer.Option(help="its column of the Home Office class; empty: not used")
    ] = "",
    words: Annotated[
        str, typer.Option(help="file of another dictionary of narratives; empty: ours")
    ] = "",
    sample: Annotated[
        int, typer.Option(help="rows drawn at random for two coders, beside the uncertain")
    ] = 0,
) -> None:
    """Open the workbench in a browser on this machine only.

    Example: peelian serve --store peelian-demo/store
    """
    from peelian import web
    from peelian.workflows.settings import NarrativeFiles, ReviewSettings

    if narratives:
        say(f"Reading {narratives}")
    asked = ReviewSettings(NarrativeFiles(narratives, text, offence, words), sample)
    web.serve(
        store,
        port=port,
        database_url=database,
        teams_at=teams_at,
        narratives=asked if asked != ReviewSettings() else None,
        ready=lambda address: say(f"The workbench is at {address} (Ctrl-C stops it)"),
    )


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="where the demo's files go")] = Path(
        "peelian-demo"
    ),
    quiet: Annotated[bool, QUIET] = False,
) -> None:
    """Run the whole thread on the bundled Essex data: rows to tomorrow's patrol pack.

    Example: peelian demo --folder peelian-demo
    """
    from peelian import workflows

    with progress_bar(quiet) as progress:
        for text in workflows.demo(folder, progress=progress):
            print_data(text)
