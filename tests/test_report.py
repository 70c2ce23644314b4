"""The report and its sentences: the numbers of the tables, no claim that they do not carry, nothing from outside."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from made_results import ARMS, made_results

from sdmsim.events import REASONS
from sdmsim.lab.results import Results
from sdmsim.metrics import METRICS
from sdmsim.metrics.workload import PARTS
from sdmsim.show import words
from sdmsim.show.answer import answer, differences, odd_verdicts
from sdmsim.show.record import fits
from sdmsim.show.regroup import regroup_sentences
from sdmsim.show.report import html_report, write_report
from sdmsim.show.style import ACTIVITY_GROUPS, REASON_STYLES

VOID = {"meta", "img", "br", "link", "hr"}


class Page(HTMLParser):
    """Reads a page strictly: every tag is closed in its place; keeps the text, the pictures, what is fetched."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.images: list[dict[str, str]] = []
        self.fetched: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == [], "every tag is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "img":
            self.images.append(found)
        self.fetched += [v for k, v in found.items() if k in ("src", "href") and not v.startswith("data:")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results in a folder, as an experiment leaves them."""
    target = tmp_path_factory.mktemp("results") / "maple"
    made_results().write(target)
    return target


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page(html_report(Results.read(folder)))


def test_the_page_holds_every_number_of_the_comparison(folder: Path, page: Page) -> None:
    """Every difference, interval, adjusted p and verdict of comparison.csv, row by row."""
    rows = pd.read_csv(folder / "comparison.csv", dtype=str, keep_default_na=False)
    assert len(rows) > 50
    for row in rows.itertuples(index=False):
        numbers = [row.difference, row.ci_low, row.ci_high, row.p_adjusted]
        expected = " ".join([row.arm, row.n, *(f"{float(x) + 0.0:.6g}" for x in numbers), row.verdict])
        assert expected in page.text, expected


def test_the_page_needs_nothing_from_outside(page: Page) -> None:
    """Pictures are in the page, with words for those who cannot see them; no script, no address to fetch."""
    assert len(page.images) == 6
    for image in page.images:
        assert len(image["alt"]) > 20
        assert base64.b64decode(image["src"].partition(",")[2]).lstrip().startswith(b"<?xml")
    assert page.fetched == []
    assert "script" not in page.tags


def test_the_first_page_says_what_it_cannot_say(page: Page) -> None:
    """The limits of the evidence stand before the first table, with the word about the law."""
    before = page.text.partition("The arms side by side")[0]
    assert "rarely changes how fast a skill is acquired" in before
    assert "a verdict on skills may turn under another set" in before
    assert "not legal advice" in before


def test_delivery_stands_before_access_before_workload(page: Page) -> None:
    """The order of certainty."""
    places = [page.text.index(title) for title in words.PART_TITLES.values()]
    assert places == sorted(places)


def test_the_page_says_how_to_make_it_again(page: Page) -> None:
    """Command, seed, version and the digest of every file that was read."""
    assert "sdmsim experiment maple-mix.toml --seed 1 --replications 20" in page.text
    assert "sdmsim 0.1.0" in page.text
    assert "ab" * 32 in page.text
    assert "cd" * 32 in page.text


def test_texts_of_the_files_stay_text(tmp_path: Path) -> None:
    """A title, an arm or a note with tags in it is shown, not obeyed."""
    hostile = '<script>alert("x")</script>'
    arms = ("base", f"<b onclick=x>{hostile}</b>")
    made_results(arms, title=f"Maple {hostile} & co", replications=3).write(tmp_path / "r")
    html = html_report(Results.read(tmp_path / "r"))
    assert "<script" not in html
    assert "<b " not in html
    page = Page(html)
    assert f"Maple {hostile} & co" in page.text
    assert arms[1] in page.text


def test_the_same_results_give_the_same_page(folder: Path, tmp_path: Path) -> None:
    """Byte for byte, from the files alone."""
    write_report(Results.read(folder), tmp_path / "a.html")
    write_report(Results.read(folder), tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_the_answer_names_the_arm_with_the_largest_clear_gain() -> None:
    """With its level, the baseline's, the difference and its interval; then what comes with it."""
    results = made_results()
    first, second = answer(results.summary, results.comparison, results.baseline)
    row = results.comparison.set_index(["metric", "arm"]).loc[("delivered_share", "push-in only")]
    assert '"push-in only" gives' in first
    assert f"{100 * row.difference:+.1f} points" in first
    assert f"{100 * row.ci_low:+.1f} to {100 * row.ci_high:+.1f}" in first
    assert "its children miss less class" in second
    assert "it asks more therapist hours" in second


@pytest.mark.parametrize("seed", range(12))
def test_the_answer_claims_no_gain_whose_interval_holds_zero(seed: int) -> None:
    """With nothing between the arms, a gain is named only where verdict and interval both carry it."""
    results = made_results(delivered_step=0.0, replications=4, seed=seed)
    first = answer(results.summary, results.comparison, results.baseline)[0]
    found = differences(results.comparison, "delivered_share")
    if not any(d.clear and d.value > 0 for d in found):
        assert first.startswith("No arm clearly gives more")
    for d in found:
        if d.low <= 0.0 <= d.high:
            assert f'"{d.arm}" gives' not in first
            assert not d.clear


def test_an_unclear_gain_is_passed_over_for_a_smaller_clear_one() -> None:
    """The largest mean is not the answer where its verdict is open or its interval holds zero, whatever the verdict."""
    results = made_results()
    table = results.comparison.copy()
    here = table.metric == "delivered_share"
    table.loc[here & (table.arm == ARMS[4]), "verdict"] = "no clear difference"
    table.loc[here & (table.arm == ARMS[3]), "ci_low"] = -0.001
    first = answer(results.summary, table, results.baseline)[0]
    assert first.startswith(f'Of the promised minutes, "{ARMS[2]}" gives')
    assert f'"{ARMS[3]}", "{ARMS[4]}": no clear difference' in first


def test_clear_losses_are_said_as_losses() -> None:
    """Where every arm gives less, the answer says so and by how much at worst."""
    results = made_results(delivered_step=-0.02)
    first = answer(results.summary, results.comparison, results.baseline)[0]
    assert first.startswith("No arm clearly gives more")
    assert '4 of 4 give clearly less, "push-in only" by -8' in first


def test_a_clear_interval_with_an_unclear_verdict_is_pointed_out() -> None:
    """The unadjusted interval leaves zero out, Holm's p does not: the page says so, and nothing is claimed."""
    results = made_results()
    table = results.comparison.copy()
    chosen = (table.metric == "delivered_share") & (table.arm == ARMS[1])
    table.loc[chosen, ["ci_low", "ci_high", "p_adjusted", "verdict"]] = [0.0001, 0.02, 0.08, "no clear difference"]
    sentences = odd_verdicts(table)
    assert any(s.startswith(f'promised minutes given, "{ARMS[1]}"') and "p is 0.080" in s for s in sentences)
    assert not next(d for d in differences(table, "delivered_share") if d.arm == ARMS[1]).clear


def test_one_simulated_year_gives_a_page_without_intervals(tmp_path: Path) -> None:
    """Nothing is clear, nothing is claimed, and the page is still whole."""
    made_results(replications=1).write(tmp_path / "r")
    page = Page(html_report(Results.read(tmp_path / "r")))
    assert "No arm clearly gives more" in page.text
    assert "nan" not in page.text.lower().replace("maintenan", "")


def test_one_arm_alone_is_said_to_be_alone(tmp_path: Path) -> None:
    """There is nothing to compare, and no table of differences."""
    made_results(("only",)).write(tmp_path / "r")
    page = Page(html_report(Results.read(tmp_path / "r")))
    assert "There is one arm only (only)" in page.text
    assert "Differences from" not in page.text


def test_regrouping_is_said_in_hours() -> None:
    """What a variation does to the baseline, and where the distance from it changes most."""
    results = made_results()
    (sentence,) = regroup_sentences(results.regroup, results.arms, results.baseline)
    assert 'the baseline "pull-out only" asks 16.0 therapist hours a week in place of 19.1' in sentence
    assert 'changes most for "push-in only": +4.9 h in place of +1.8 (20.9 h in place of 20.9)' in sentence


def test_the_record_is_compared_month_by_month() -> None:
    """Root mean square over the months, by hand for one arm and for the two simpler answers."""
    months = pd.DataFrame(
        {"arm": ["a"] * 3, "month": [9, 10, 11], "delivered_share": 0.0, "delivered_of_required": [0.7, 0.8, 0.9]}
    )
    record = pd.DataFrame(
        {"month": [9, 10, 11] * 2, "share": [0.6, 0.8, 0.8, 0.8, 0.8, 0.9], "label": ["one"] * 3 + ["two"] * 3}
    )
    (fit,) = fits(months, record, ["a"])
    assert (fit.simulated, fit.logged) == ("a", "mean of 2 records")
    assert fit.rms == pytest.approx((0.05**2 / 3) ** 0.5)
    assert fit.mean_difference == pytest.approx(0.05 / 3)
    logged = [0.7, 0.8, 0.85]
    mean = sum(logged) / 3
    assert fit.constant_rms == pytest.approx((sum((x - mean) ** 2 for x in logged) / 3) ** 0.5)
    assert fit.september_rms == pytest.approx((2 * 0.025**2 / 3) ** 0.5)


def test_an_arm_with_a_record_of_its_own_is_held_against_it() -> None:
    """Two school years as arms: each against its record, and their mean against the mean of both."""
    months = pd.DataFrame(
        {"arm": ["2014", "2014", "2015", "2015"], "month": [9, 10] * 2, "delivered_of_required": [0.7, 0.8, 0.9, 0.8]}
    )
    record = pd.DataFrame(
        {"month": [9, 10] * 2, "share": [0.7, 0.8, 0.7, 0.6], "label": ["log 2014"] * 2 + ["log 2015"] * 2}
    )
    found = fits(months, record, ["2014", "2015"])
    assert [(fit.simulated, fit.logged) for fit in found] == [
        ("2014", "log 2014"),
        ("2015", "log 2015"),
        ("mean of 2 arms", "mean of 2 records"),
    ]
    assert [fit.rms for fit in found] == pytest.approx([0.0, 0.2, 0.1])


def test_the_distance_from_the_record_stands_in_the_page(page: Page) -> None:
    """Below the picture of the months, beside the simpler answers."""
    assert "Distance from the record" in page.text
    assert "Chicago, speech, 2014-16" in page.text


def test_every_metric_reason_and_activity_has_words_and_looks() -> None:
    """What the simulator can say, the pictures and tables can name."""
    names = {metric.name for metric in METRICS}
    assert {name for name in names if not name.startswith(words.MISSED)} <= words.WORDS.keys()
    assert set(REASONS) <= words.REASON_WORDS.keys()
    assert set(REASONS) <= REASON_STYLES.keys()
    assert {*PARTS, "overtime"} <= ACTIVITY_GROUPS.keys()
    assert all(words.words_of(metric.name).part == metric.group for metric in METRICS)


def test_numbers_are_shown_in_planners_units() -> None:
    """Shares in per cent, differences in points, no minus in front of nothing, one more digit where it is needed."""
    assert words.shown("delivered_share", 0.8034, unit=True) == "80.3 %"
    assert words.shown_difference("delivered_share", -0.031, unit=True) == "-3.1 points"
    assert words.shown_difference("delivered_share", -0.0000001) == "0.0"
    assert words.with_half_widths("delivered_share", [(0.8, 0.79, 0.81), (0.9, 0.9, 0.9)]) == ["80.0 ± 1.0", "90.0"]
    assert words.with_half_widths("overtime_hours", [(0.31, 0.29, 0.33)]) == ["0.31 ± 0.02"]
    assert words.with_half_widths("overtime_hours", [(0.31, 0.29, 0.33), (2, 1, 3)]) == ["0.3", "2.0 ± 1.0"]
    assert words.with_half_widths("lre_share", [(0.965, float("nan"), float("nan"))]) == ["96.5"]
    assert words.interval("lre_share", 0.01, 0.01) == "does not vary"
    assert words.words_of("missed_minutes.child_absent").label == "missed: child absent"
    assert words.words_of("something_new").label == "something new"
