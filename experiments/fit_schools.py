"""Fit the numbers of the Chicago elementary school (src/sdmsim/school/synthetic_chicago.toml) to public records.

    python experiments/fit_schools.py FOLDER

FOLDER holds the public data sets, which do not ship with the package:
  chicago_school_profiles_2016_2018.csv.gz, chicago_bell_times_2018.csv   City of Chicago data portal
  nyc_class_size_2010_11.csv.gz, nyc_school_demographics_2005_2011.csv.gz   New York City Open Data
  idea_b_child_count_environments_2017.csv.gz   US Department of Education, IDEA section 618
  chicago_iep_service_minutes.csv, chicago_related_service_providers.csv   Chicago Public Schools, published by WBEZ
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

SMALLEST_SCHOOL = 100


def main(folder: Path) -> None:
    """Print every fitted number under the name that it has in the data file."""
    _schools(pd.read_csv(folder / "chicago_school_profiles_2016_2018.csv.gz"))
    _bell(pd.read_csv(folder / "chicago_bell_times_2018.csv"))
    _classes(pd.read_csv(folder / "nyc_class_size_2010_11.csv.gz", low_memory=False))
    _grades(pd.read_csv(folder / "nyc_school_demographics_2005_2011.csv.gz"))
    _categories(pd.read_csv(folder / "idea_b_child_count_environments_2017.csv.gz", low_memory=False))
    _therapists(
        pd.read_csv(folder / "chicago_iep_service_minutes.csv"),
        pd.read_csv(folder / "chicago_related_service_providers.csv"),
    )


def _schools(profiles: pd.DataFrame) -> None:
    """Elementary schools of 2017-18: size lognormal, special-education share beta, both by maximum likelihood."""
    chosen = profiles[
        (profiles.Primary_Category == "ES") & (profiles.SY == 1718) & (profiles.Student_Count_Total >= SMALLEST_SCHOOL)
    ]
    size = chosen.Student_Count_Total.astype(float)
    print(f"# {len(chosen)} elementary schools with {SMALLEST_SCHOOL} pupils or more, 2017-18")
    print(f"# size: mean {size.mean():.0f}, sd {size.std():.0f}")
    log = np.log(size)
    distance = stats.kstest(log, "norm", args=(log.mean(), log.std())).statistic
    print(f"enrolment.log_mean = {log.mean():.3f}")
    print(f"enrolment.log_sd = {log.std():.3f}  # largest distance {distance:.3f}")
    share = chosen.Student_Count_Special_Ed / size
    alpha, beta = stats.beta.fit(share.clip(0.001, 0.999), floc=0, fscale=1)[:2]
    distance = stats.kstest(share, "beta", args=(alpha, beta)).statistic
    print(f"# special education: mean {share.mean():.3f}, sd {share.std():.3f}, distance {distance:.3f}")
    print(f"special_education.alpha = {alpha:.2f}\nspecial_education.beta = {beta:.2f}")


def _bell(times: pd.DataFrame) -> None:
    """Start times of elementary schools with the usual 420 minutes, to the nearest quarter of an hour; day lengths."""
    chosen = times[times.category == "ES"]
    print(f"# {len(chosen)} elementary schools; {np.mean(chosen.length_min == 420):.3f} of them have 420 minutes")
    quarter = (chosen.start_min / 15).round().astype(int) * 15
    for start, part in quarter.value_counts(normalize=True).sort_index().items():
        print(f"start {int(start) // 60:02d}:{int(start) % 60:02d} = {part:.3f}")


def _classes(sizes: pd.DataFrame) -> None:
    """Children and sections of general and co-taught classes, by grade; spread between classes of one grade."""
    plain = sizes[sizes.program_type.isin(["GEN ED", "CTT"]) & (sizes.core_subject == "-")]
    for grade in ["0K", *"12345678"]:
        of_grade = plain[plain.grade == grade]
        children, sections = of_grade.number_of_students_seats_filled.sum(), of_grade.number_of_sections.sum()
        print(f"class_size {grade.lstrip('0')} = {children / sections:.1f}  # {sections:.0f} sections")
    early = plain[plain.grade.isin(["0K", *"12345"])]
    by_grade = early.groupby(["school_code", "grade"]).number_of_sections.sum()
    taught = early.groupby("program_type")[["number_of_students_seats_filled", "number_of_sections"]].sum()
    print(f"# sections a grade: mean {by_grade.mean():.1f}, sd {by_grade.std():.1f}")
    print(f"# co-taught: {taught.number_of_sections['CTT'] / taught.number_of_sections.sum():.3f} of the sections")
    twin = early[early.number_of_sections == 2]
    apart = (twin.size_of_largest_class - twin.size_of_smallest_class).mean()
    print(f"# two sections of one grade and programme differ by {apart:.1f} children on average")


def _grades(schools: pd.DataFrame) -> None:
    """Spread of the grades of one school around their mean."""
    latest = schools[schools.schoolyear == 20102011]
    grades = latest[["k", *(f"grade{n}" for n in range(1, 6))]].apply(pd.to_numeric, errors="coerce").dropna()
    grades = grades[(grades > 0).all(axis=1)]
    spread = (grades.std(axis=1) / grades.mean(axis=1)).median()
    print(f"grade_size_cv = {spread:.2f}  # median of {len(grades)} schools with K-5")


def _categories(counts: pd.DataFrame) -> None:
    """Children with plans aged 6-21 in the United States by disability (no finer ages are published by disability)."""
    nation = counts[counts["State Name"] == "US, Outlying Areas, and Freely Associated States"]
    total = nation[nation["SEA Education Environment"] == "Total, Age 6-21"].set_index("SEA Disability Category")
    children = total["Ages 6-21"].str.replace(",", "").astype(float)
    for category, count in children.drop("All Disabilities").sort_values(ascending=False).items():
        print(f'category "{str(category).lower()}" = {count / children["All Disabilities"]:.4f}')


def _therapists(minutes: pd.DataFrame, providers: pd.DataFrame) -> None:
    """Minutes of speech therapy that plans require for each therapist and attendance day."""
    speech = minutes[minutes.service == "speech/language"]
    head_counts = providers.set_index("provider").loc["Teacher-Speech Pathologist"]
    for year, column in (("2014-2015", "SY15"), ("2015-2016", "SY16")):
        of_year = speech[speech.year == year]
        a_day = of_year.required_min.sum() / of_year.attendance_days.sum()
        print(f"# {year}: {a_day / head_counts[column]:.0f} minutes required for each therapist and day")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python experiments/fit_schools.py FOLDER")
    main(Path(sys.argv[1]))
