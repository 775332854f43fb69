"""Makes `energy.csv`: invented energy use of sixteen countries, by sector and year.

The sizes are of the right order, the numbers are not real. The seed is fixed, so every run gives
the same file.
"""

from pathlib import Path

import numpy as np

# Millions of people and megawatt hours a person in the first year.
COUNTRIES = {
    "Austria": (8.5, 34), "Czechia": (10.4, 29), "Denmark": (5.6, 30), "Finland": (5.4, 52),
    "France": (65.0, 27), "Germany": (82.0, 31), "Greece": (10.8, 20), "Hungary": (9.9, 20),
    "Ireland": (4.6, 29), "Italy": (59.5, 24), "Netherlands": (16.7, 36), "Poland": (38.2, 20),
    "Portugal": (10.4, 19), "Romania": (20.5, 14), "Spain": (45.5, 22), "Sweden": (9.5, 42),
}  # fmt: skip
# Share of the whole in the first year, and change in per cent a year.
SECTORS = {
    "Industry": (0.29, -0.7),
    "Transport": (0.30, 0.6),
    "Households": (0.26, -0.4),
    "Services": (0.12, 0.9),
    "Farming": (0.03, -0.2),
}
YEARS = np.arange(2000, 2025)
# Two slumps and an expensive winter; services and transport feel the second one most.
SHOCKS = {2009: 0.955, 2020: 0.93, 2022: 0.965}


def series(start: float, growth: float, rng: np.random.Generator) -> np.ndarray:
    """Return one sector's yearly use in terawatt hours, shape (years,)."""
    trend = (1 + (growth + rng.normal(0, 0.45)) / 100) ** (YEARS - YEARS[0])
    wiggle = 1 + np.cumsum(rng.normal(0, 0.008, YEARS.size))
    shocks = np.array([SHOCKS.get(int(year), 1.0) for year in YEARS])
    return np.round(start * trend * wiggle * shocks, 2)


def main(folder: Path) -> None:
    """Write the table that the notebook reads."""
    rng = np.random.default_rng(11)
    lines = ["country,sector,year,twh,people_m"]
    for country, (people, each) in COUNTRIES.items():
        growth = rng.normal(0.25, 0.4)
        crowd = np.round(people * (1 + growth / 100) ** (YEARS - 2012), 2)
        for sector, (share, change) in SECTORS.items():
            start = people * each * share * rng.uniform(0.85, 1.15)
            values = series(start, change, rng)
            rows = zip(YEARS, values, crowd, strict=True)
            lines += [f"{country},{sector},{y},{twh},{n}" for y, twh, n in rows]
    (folder / "energy.csv").write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main(Path(__file__).parent)
