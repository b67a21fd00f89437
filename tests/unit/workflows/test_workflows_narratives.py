"""The commands about narratives: what they print, what they refuse, and that text stays in."""

import csv
import io
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from peelian import sources
from peelian.cli.app import app
from peelian.offences import fit_linear, labels_between, review_band, sample_narratives
from peelian.terms import DataError, ParameterError
from peelian.workflows.narratives.scores import evaluate_narratives
from peelian.workflows.settings import EvaluateNarrativesSettings, NarrativeFiles

HIDDEN = "Xylophonia"


@pytest.fixture(scope="module")
def coded(tmp_path_factory):
    """Made-up narratives with codes of two people, each with a word that must not leave."""
    path = tmp_path_factory.mktemp("narratives") / "coded.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["class", "mo", "knife", "other"])
        for at, one in enumerate(sample_narratives(190, rng=np.random.default_rng(1))):
            code = {"knife": "knife", "not": "no", "review": ""}[one.label]
            writer.writerow(["8N", f"{HIDDEN}. {one.text}", code, "knife" if at % 9 else "no"])
    return path


def run(*words):
    return CliRunner().invoke(app, ["offences", *map(str, words)])


def test_classify_has_the_columns_of_the_interface(coded):
    found = run("classify", coded, "--text", "mo", "--offence", "class", "--format", "json")
    rows = json.loads(found.stdout)
    assert list(rows[0]) == ["row", "label", "score", "evidence"]
    assert [row["row"] for row in rows] == list(range(1, 191))
    assert {row["label"] for row in rows} == {"knife", "not", "review"}
    assert HIDDEN not in found.output


def test_possession_is_never_knife_enabled(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("mo,class\nS stabbed V,10D\nS stabbed V,8N\nS stabbed V,nonsense\n")
    found = run("classify", path, "--text", "mo", "--offence", "class", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(found.stdout)))
    assert [row["label"] for row in rows] == ["not", "knife", "knife"]
    assert "1 rows have no known Home Office class" in found.stderr


def test_evaluate_tells_measures_kappa_and_that_more_is_needed(coded, tmp_path):
    to = tmp_path / "out.json"
    found = run(
        "evaluate", coded, "--text", "mo", "--label", "knife", "--second", "other", "-o", to
    )
    assert found.exit_code == 0, found.output
    rows = {(row["model"], row["measure"]): row for row in json.loads(to.read_text())}
    assert rows["rules", "precision"]["value"] > 0.95
    assert rows["rules", "f1"]["method"] == "Wilson of Jaccard's index"
    assert ("coders", "kappa") in rows
    assert "needs 400" in found.stderr
    assert "flag-2012" in found.stderr
    for made in tmp_path.iterdir():  # the record beside it too
        assert HIDDEN not in made.read_text()


def test_review_and_evaluate_are_a_round_trip(coded, tmp_path):
    out = tmp_path / "rows.csv"
    assert run("review", coded, "--text", "mo", "--sample", 100, "-o", out).exit_code == 0
    assert HIDDEN not in out.read_text()
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert sum(row["why"] == "sample" for row in rows) == 100
    assert not any(row["evidence"] for row in rows if row["why"] == "sample")
    for row in rows:
        row["first"] = row["second"] = "knife" if int(row["row"]) % 3 else "not"
    with out.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    found = run("evaluate", coded, "--text", "mo", "--codes", out, "--format", "json")
    told = {(row["model"], row["measure"]): row for row in json.loads(found.stdout)}
    assert told["rules", "share to review"]["n"] == 100
    assert told["coders", "kappa"]["value"] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"mo,knife\n{HIDDEN},{HIDDEN}\n", "row 1"),
        (f"mo,knife\n{HIDDEN},yes,{HIDDEN}\n", "row 1"),
        (f"{HIDDEN},knife\n{HIDDEN},yes\n", 'no column "mo"'),
        ("mo,knife\n", "no rows"),
        ("", "no header"),
        (f"mo,knife\n{HIDDEN}\0,yes\n", "NUL"),
        (f"mo,knife\n{HIDDEN},\n", "no coded record"),
    ],
)
def test_bad_input_is_refused_by_row_number_and_never_by_text(tmp_path, content, said):
    path = tmp_path / "a.csv"
    path.write_text(content)
    source = NarrativeFiles(narratives=str(path), text="mo")
    with pytest.raises(DataError, match=said) as caught:
        evaluate_narratives(None, EvaluateNarrativesSettings(source, label="knife"), now=None)
    assert HIDDEN not in str(caught.value)


def test_a_file_of_narratives_shows_none_of_itself(coded):
    assert HIDDEN not in repr(sources.read_narratives(coded))


def test_the_linear_model_learns_and_asks_for_enough():
    made = [
        m for m in sample_narratives(380, rng=np.random.default_rng(2)) if m.label != "review"
    ]
    texts, knife = [m.text for m in made], np.array([m.label == "knife" for m in made])
    model = fit_linear(texts, knife, rng=np.random.default_rng(3))
    assert (model.label(texts) == "knife")[knife].mean() > 0.9
    assert model.score([]).size == 0
    with pytest.raises(ParameterError, match="needs 20"):
        fit_linear(texts[:10], knife[:10], rng=np.random.default_rng(3))


def test_the_review_band_keeps_errors_few_on_both_sides():
    rng = np.random.default_rng(4)
    knife = rng.random(2_000) < 0.3
    scores = np.clip(rng.normal(np.where(knife, 0.65, 0.35), 0.15), 0, 1)
    low, high = review_band(scores, knife)
    labels = labels_between(scores, low, high)
    assert knife[labels == "knife"].mean() >= 0.95
    assert (labels == "not")[knife].mean() <= 0.05
    assert low < high
    assert review_band(knife.astype(float), knife) == (1.0, 1.0)
