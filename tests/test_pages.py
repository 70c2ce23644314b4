"""Every page that the program writes: valid, readable by all, printed whole, and nothing from outside."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from made_results import ARMS, made_results
from page_rules import broken_rules, parsed, text_of
from small_school import edited, write

from sdmsim.base import InputErrors
from sdmsim.delivery.sessions import WeeklySession
from sdmsim.lab.results import Results
from sdmsim.lab.staffing import Staffed
from sdmsim.lab.staffing_question import Asked
from sdmsim.show.again import pictures_of, write_report_of
from sdmsim.show.answer import headline, spoken_of
from sdmsim.show.cli import main
from sdmsim.show.page import MOST_COLUMNS, Table, page, that_fit
from sdmsim.show.report import html_report


def made_staffed(arms: tuple[str, ...] = ("pull-out only", "push-in only")) -> Staffed:
    """A search that found 1.2 FTE for the first arm, and none in range for the others."""
    made = made_results(arms)
    steps = [
        {
            "arm": arm, "fte": 1.0 + 0.1 * k, "years": 20, "kept": 10 + 4 * k if i == 0 else k, "probability": 0.5,
            "ci_low": 0.3, "ci_high": 0.7, "verdict": "open", "reached": 0.8, "mean": 0.9, "middle": 0.9, "high": 0.95,
            "unplaced_sessions": 2 - k, "children_left_out": 0, "overtime_hours": 0.1,
        }
        for i, arm in enumerate(arms)
        for k in range(3)
    ]  # fmt: skip
    nothing = float("nan")
    answers = [
        (arm, "SLP", *((1.2, 1.1, nothing, 1.2) if i == 0 else (nothing,) * 4), True, 3) for i, arm in enumerate(arms)
    ]
    columns = ["arm", "role", "fewest_fte", "possible_from", "possible_to", "kept_from", "in_order", "tried"]
    formulas = [(arm, name, fte, "a source") for arm in arms for name, fte in (("cap of 55", 1.0), ("hours", 1.15))]
    facts = {**made.manifest, "staffing": Asked(0.9, 0.9, "SLP", 10, 12, False)._asdict()}
    return Staffed(
        title="How many?",
        arms=arms,
        asked=Asked(**facts["staffing"]),
        answers=pd.DataFrame(answers, columns=columns),
        steps=pd.DataFrame(steps),
        formulas=pd.DataFrame(formulas, columns=["arm", "formula", "fte", "source"]),
        runs=pd.DataFrame({"arm": list(arms), "staffing.fte.SLP": 1.0, "replication": 0}),
        notes=("One.",),
        manifest={k: v for k, v in facts.items() if k != "baseline"},
    )


@pytest.fixture(scope="module")
def five() -> str:
    """The page of five arms."""
    return html_report(made_results())


@pytest.fixture(scope="module")
def twelve() -> str:
    """The page of twelve arms."""
    return html_report(made_results(tuple(f"arm {i}, of a rather long name" for i in range(12)), replications=4))


def test_the_page_of_an_experiment_is_valid_and_reachable(five: str, twelve: str) -> None:
    """With five arms, with twelve, and with one: strict HTML5, heads with scope, pictures in words, no load."""
    assert broken_rules(five) == []
    assert broken_rules(twelve) == []
    assert broken_rules(html_report(made_results(("only",), replications=4))) == []


def test_no_table_is_wider_than_a_sheet_of_paper(twelve: str) -> None:
    """With twelve arms, arms that stand side by side come in portions; the appendix on the screen may be wide."""
    root = parsed(twelve)
    tables = [t for t in root.iter("table") if t.get("class") != "all"]
    widest = max(len(row) for table in tables for row in table.iter("tr"))
    assert widest <= 1 + 9, "the nine headline metrics beside the arm"
    assert {"arm 11, of a rather long name"} <= {cell for t in tables for cell in map(text_of, t.iter("th"))}


def test_portions_of_a_table_hold_every_column_once() -> None:
    """Each portion has the names of the rows, and none is wider than said; a table that fits stays whole."""
    head = ["", "n", *(f"c{i}" for i in range(13))]
    whole = Table("T", head, [[f"r{j}", "9", *(f"{i}{j}" for i in range(13))] for j in range(2)])
    found = list(that_fit(whole, beside=1))
    assert [c for t in found for c in t.head[2:]] == head[2:]
    assert all(tuple(t.head[:2]) == ("", "n") and len(t.head) <= 1 + MOST_COLUMNS for t in found)
    assert [r for t in found for r in [t.rows[1]]][-1][-1] == "121"
    assert [t.title for t in found][:2] == ["T", "T (continued)"]
    assert min(len(t.head) for t in found) > 3, "none of a single column"
    narrow = Table("T", head[:4], [row[:4] for row in whole.rows])
    assert list(that_fit(narrow)) == [narrow]


def test_the_page_begins_with_the_answer_and_four_numbers(five: str) -> None:
    """Delivery before access before progress, of the arm that the answer speaks of, each with its interval."""
    results = made_results()
    text = text_of(parsed(five))
    arm = spoken_of(results.comparison)
    assert f'"{arm}" gives' in text
    found = headline(results.summary, results.comparison, results.baseline)
    assert [one.label for one in found] == ["promised minutes given", "class missed", "therapist hours asked"]
    assert all(one.arm == arm for one in found)
    assert all("95 % interval" in one.beside or "the same in every" in one.beside for one in found)
    assert text.index(found[0].value) < text.index("What this page cannot say")
    alone = made_results(("only",))
    (first, *_) = headline(alone.summary, alone.comparison, "only")
    assert first.beside.startswith("95 % interval of the mean")


def test_sections_come_in_the_order_of_the_question(five: str) -> None:
    """The answer, what it cannot say, the arms, comparison, trade-off, the week, who gains, assumptions, again."""
    root = parsed(five)
    found = [text_of(e).strip() for e in root.iter("h2")]
    order = [
        "What this page cannot say", "The arms side by side", "Differences from “pull-out only”", "Trade-off",
        "The therapists’ week", "Who gains and who loses?", "How sure is it?", "Assumptions",
        "Notes and defaults used", "To make this again", "All numbers",
    ]  # fmt: skip
    assert [h for h in found if h in order] == order


def test_what_is_judged_is_printed_too(five: str) -> None:
    """The numbers that nobody measured stand open in the page; only the appendix of all numbers is folded."""
    root = parsed(five)
    folded = [text_of(e) for e in root.iter("details")]
    assert len(folded) == 1
    assert "Every measure of every arm" in folded[0]
    assert "Judged, not measured" in text_of(root)


def test_the_page_of_a_search_for_staff(tmp_path: Path) -> None:
    """Written again from its folder: valid, the sentences, every step, and the command that makes it again."""
    made_staffed().write(tmp_path / "s")
    write_report_of(tmp_path / "s", tmp_path / "a.html")
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert broken_rules(html) == []
    text = text_of(parsed(html))
    assert "1.2 FTE is the best guess" in text
    assert "18 of 20" in text
    assert "sdmsim staffing maple-mix.toml --share 0.9 --probability 0.9 --role SLP --from 1 --to 1.2 --seed 1" in text
    assert [p.name for p in pictures_of(tmp_path / "s")] == ["staffing"]
    write_report_of(tmp_path / "s", tmp_path / "b.html")
    assert (tmp_path / "b.html").read_text(encoding="utf-8") == html


def test_an_experiment_is_told_from_a_search(tmp_path: Path) -> None:
    """The same commands read both kinds of folder."""
    made_results(ARMS[:2], replications=3).write(tmp_path / "r")
    write_report_of(tmp_path / "r", tmp_path / "a.html")
    assert (tmp_path / "a.html").read_bytes() == html_report(Results.read(tmp_path / "r")).encode()


def test_a_page_shows_what_it_is_given_and_obeys_none_of_it() -> None:
    """Every text of a template is escaped; what a template asks for and is not given is a defect, not a gap."""
    with pytest.raises(Exception, match="undefined"):
        page("report.html.j2", {"title": "x"})


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One year of the small school, as `sdmsim run` leaves it."""
    folder = tmp_path_factory.mktemp("year")
    asked = ["run", str(write(folder)), "--out", str(folder / "out"), "--quiet"]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.output
    return folder / "out"


def test_the_page_of_a_year(year: Path, tmp_path: Path) -> None:
    """Valid; marked as local; the promised minutes, the week of therapist and classes, owed minutes by child."""
    html = (year / "report.html").read_text(encoding="utf-8")
    assert broken_rules(html) == []
    text = text_of(parsed(html))
    assert "Local only:" in text
    values = pd.read_csv(year / "metrics.csv").set_index("metric")["value"]
    assert f"In this year {100 * values['delivered_share']:.1f} % of the promised minutes are given" in text
    owed = pd.read_csv(year / "ledger-by-child.csv", dtype={"student": str})
    last = owed[owed["week"] == owed["week"].max()].set_index("student")["still_owed"]
    assert re.search(rf"007 \d+ \d+ \d+ {last['007']:.0f}\b", text)
    assert "SLP-1 comes to class" in text or "SLP-1 takes out" in text
    assert re.search(r"sdmsim run school\.toml --seed \d+ --replication 0", text)
    write_report_of(year, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == html


def test_owed_minutes_by_child_are_marked_as_local(year: Path) -> None:
    """The workbook says so in its name, on each sheet and at the foot of each page; it holds what the CSV files do."""
    book = openpyxl.load_workbook(year / "children-local-only.xlsx")
    assert book.sheetnames == ["Owed by child", "Fidelity"]
    for sheet in book:
        assert sheet["A2"].value == "Local only: about single children. Not to be shared."
        assert sheet.oddFooter.left.text == sheet["A2"].value
    fidelity = pd.read_csv(year / "fidelity.csv", dtype={"student": str})
    rows = [[c.value for c in row] for row in book["Fidelity"].iter_rows(min_row=5)]
    assert [row[0] for row in rows] == list(fidelity["student"])
    owed = [c.value for c in book["Fidelity"][4]].index("owed")
    assert [row[owed] for row in rows] == pytest.approx(list(fidelity["owed"]), abs=0.01)


def test_a_folder_of_another_kind_is_refused_in_words(year: Path, tmp_path: Path) -> None:
    """A week alone has no page; a year whose tables are gone says which."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "manifest.json").write_bytes((year / "manifest.json").read_bytes())
    with pytest.raises(InputErrors, match="is not a folder of sdmsim run"):
        write_report_of(broken, tmp_path / "x.html")


def test_the_page_of_one_child(tmp_path: Path) -> None:
    """Written by the command: valid, marked as local, pictures in words; the folder has no page to be made again."""
    file = write(tmp_path, edited("school.toml", ("2024-12-20", "2024-10-25")))
    out = tmp_path / "out"
    result = CliRunner().invoke(main, ["trace", str(file), "--student", "007", "--out", str(out), "-q"])
    assert result.exit_code == 0, result.output
    html = (out / "report.html").read_text(encoding="utf-8")
    assert broken_rules(html) == []
    text = text_of(parsed(html))
    assert "Local only: this page is about a single child." in text
    assert "sdmsim trace school.toml --student 007 --seed" in text
    with pytest.raises(InputErrors, match="holds the year of one child"):
        write_report_of(out, tmp_path / "x.html")


def test_tags_in_an_id_are_shown_and_not_obeyed() -> None:
    """In the grids of weeks too: whatever stands in a table is text."""
    hostile = "<script>alert(1)</script>"
    columns = ["arm", *WeeklySession._fields]
    row = (ARMS[0], "SLP<b>", "Mon", "09:00", "09:30", "classroom", "2A", "", hostile, "2A", "language", "", "", "")
    html = html_report(replace(made_results(replications=3), sessions=pd.DataFrame([row], columns=columns)))
    assert broken_rules(html) == []
    assert "<script" not in html
    assert "<b>" not in html
    assert hostile in text_of(parsed(html))
    assert "Local only:" in text_of(parsed(html))
