"""The page of what drives the answer: the answer first, every picture with words for it, nothing from outside."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import html5lib
import pytest
from made_study import BASELINE, made_study

from sdmsim.lab.drivers.study import Study
from sdmsim.show.again import pictures_of, write_report_of
from sdmsim.show.drivers.drawing import study_pictures
from sdmsim.show.drivers.findings import answer_of, least_regret, measure_first, top_of
from sdmsim.show.drivers.page import html_of_study, write_study_report
from sdmsim.show.drivers.worth import bars_of_information
from sdmsim.show.picture import Picture

NINE = tuple(f"{10 * i + 10} % push-in" for i in range(9))


@pytest.fixture(scope="module")
def study() -> Study:
    return made_study()


@pytest.fixture(scope="module")
def drawn(study: Study) -> list[Picture]:
    return study_pictures(study)


@pytest.fixture(scope="module")
def page(study: Study, drawn: list[Picture]) -> str:
    return html_of_study(study, drawn)


def only(study: Study, *names: str) -> Study:
    """The study with these tables alone."""
    return replace(study, tables={k: v for k, v in study.tables.items() if k in ("factors", "budget", *names)})


def test_the_page_is_valid_and_asks_nothing_of_a_network(page: str) -> None:
    """A strict parser finds no fault, and no address stands in it."""
    html5lib.HTMLParser(strict=True).parse(page)
    outside = re.sub(r"data:image/svg\+xml;base64,[A-Za-z0-9+/=]+", "", page)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", outside)
    assert "<script" not in outside


def test_the_answer_comes_first(page: str) -> None:
    """What matters most with its ties, where it turns round and what to measure first stand before any picture."""
    answer = page[: page.index("What this page cannot say")]
    assert "Three assumptions matter most: likeness of practice apart to class use (46 % of the spread)" in answer
    assert "Not ranked, for their intervals overlap: numbers fitted to published results" in answer
    turn = "&#34;push-in only&#34; overtakes &#34;pull-out only&#34; when likeness of practice apart to class use falls"
    assert turn in answer
    assert "Before you decide, measure this first: likeness of practice apart to class use" in answer
    assert "<img" not in answer
    assert "rests on three to five well-designed trials" in page


def test_every_picture_stands_on_the_page_with_words(drawn: list[Picture], page: str) -> None:
    """Alternative text with numbers for each, and the file of its numbers."""
    for picture in drawn:
        assert f'id="picture-{picture.name}"' in page
        assert f"figures/{picture.name}.csv" in page
        assert re.search(r"\d", picture.alt), picture.name
    assert page.count("<img") == len(drawn) == page.count('alt="') >= 18


def test_a_folder_holds_page_and_figures_and_gives_them_again(study: Study, tmp_path: Path) -> None:
    """figures/NAME.csv is there for each; from the files alone the same pictures and the same answer are made."""
    some = only(study, "sets", "sobol", "break_even", "luck")
    some.write(tmp_path / "study")
    file = write_study_report(some, tmp_path / "study")
    page = file.read_text(encoding="utf-8")
    drawn = study_pictures(some)
    assert {p.name for p in drawn} == {f.stem for f in (tmp_path / "study" / "figures").glob("*.csv")}
    again = pictures_of(tmp_path / "study")
    assert [(p.name, p.alt) for p in again] == [(p.name, p.alt) for p in drawn]
    write_report_of(tmp_path / "study", tmp_path / "again.html")
    answer = slice(page.index("<body>"), page.index("What this page cannot say"))
    assert (tmp_path / "again.html").read_text(encoding="utf-8")[answer] == page[answer]


def test_arms_without_pictures_of_their_own_are_named_and_stand_in_the_tables() -> None:
    """Of nine arms three have pictures of their own, no two of them the same name."""
    study = only(made_study(NINE), "sobol", "sets")
    pictures = study_pictures(study)
    assert [p.name for p in pictures] == ["sobol-1", "sobol-2", "sobol-3", "sets"]
    assert "Other arms stand in the tables: 40 % push-in" in html_of_study(study, pictures)


def test_what_a_study_has_not_got_is_not_spoken_of(study: Study) -> None:
    """A study with a screen alone has its picture and its table, and no section for the rest."""
    small = only(study, "screen")
    page = html_of_study(small)
    html5lib.HTMLParser(strict=True).parse(page)
    assert page.count("<img") == 1
    assert "What it costs" not in page
    assert measure_first(small) == ""
    assert top_of(small, "push-in only") == ([], [])


def test_ids_and_words_of_the_users_files_are_shown_and_never_obeyed(study: Study) -> None:
    """A title and an arm that are markup are text on the page."""
    sly = replace(study, title="<script>alert(1)</script>", baseline=BASELINE)
    assert "<script" not in html_of_study(sly, [])


def test_what_too_few_points_leave_without_a_value_is_not_drawn(study: Study) -> None:
    """No empty axes on the page: correlations, worths and maps without a value have no picture."""
    tables = dict(only(study, "prcc", "information", "win_map").tables)
    tables["prcc"] = tables["prcc"].assign(estimate=float("nan"))
    tables["information"] = tables["information"].assign(estimate=float("nan"), money=float("nan"))
    tables["win_map"] = tables["win_map"].assign(winner="too few points")
    assert study_pictures(replace(study, tables=tables)) == []


def test_a_ranking_that_may_turn_is_not_said_to_stay(study: Study) -> None:
    """Where the points leave open whether there is a break-even, the answer names the assumption."""
    some = only(study, "break_even")
    stays = some.tables["break_even"].iloc[1:].reset_index(drop=True)
    told = list(answer_of(replace(some, tables={**some.tables, "break_even": stays}), "push-in only"))
    assert len(told) == 1
    assert told[0].endswith("does the ranking turn round within its range.")
    left = stays.assign(answer="none told")
    told = list(answer_of(replace(some, tables={**some.tables, "break_even": left}), "push-in only"))
    assert told[0].endswith("turn round; whether it does is left open along time on task in a quiet class.")


def test_worst_regrets_that_overlap_are_a_tie(study: Study) -> None:
    """The arm of the smallest worst regret is named alone only where no other lies within its interval."""
    rows = (
        study.tables["regret"]
        .iloc[:2]
        .assign(arm=["one", "two"], mean=[0.01, 0.03], most=[0.2, 0.1], minimax=["no", "yes"])
    )
    alone = replace(study, tables={"regret": rows.assign(tied=["no", "yes"])})
    tied = replace(study, tables={"regret": rows.assign(tied=["yes", "yes"])})
    end = '; in the mean over all futures "one" is regretted least (0.01 SD).'
    said = 'The choice that can be regretted least is "two": at most 0.1 SD behind the best'
    assert least_regret(alone).replace("0.10", "0.1") == said + end
    assert "not told apart" in least_regret(tied)
    assert least_regret(tied).index('"two"') < least_regret(tied).index('"one"')
    assert least_regret(tied).endswith(end)


def test_what_is_worth_nothing_gets_no_bar(study: Study) -> None:
    """Factors whose interval lies below a hundredth of knowing everything are left out; grades stand below factors."""
    table = (
        study.tables["information"]
        .iloc[:4]
        .assign(
            name=["everything", "a", "b", "judged"],
            kind=["everything", "factor", "factor", "grade"],
            estimate=[1.0, 0.0, 0.0, 0.5],
            high=[1.0, 0.009, 0.011, 0.6],
        )
    )
    assert list(bars_of_information(table, "estimate")["name"]) == ["b", "judged"]
