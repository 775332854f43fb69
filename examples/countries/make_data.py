"""Makes `countries.csv`: invented indicators of European countries, by year.

The sizes are of the right order, the numbers are not real. The seed is fixed, so every run gives
the same file.
"""

from pathlib import Path

import numpy as np

# Name; then, in the first year: million people, thousand euros a person, per cent of renewables.
COUNTRIES = {
    "AT": ("Austria", 8.4, 35.4, 31), "BE": ("Belgium", 10.9, 33.5, 6), "BG": ("Bulgaria", 7.4, 5.1, 14),
    "CZ": ("Czechia", 10.5, 15.0, 11), "DE": ("Germany", 81.8, 31.9, 12), "DK": ("Denmark", 5.5, 43.8, 22),
    "ES": ("Spain", 46.5, 23.0, 14), "FI": ("Finland", 5.4, 34.9, 32), "FR": ("France", 64.7, 30.7, 13),
    "GR": ("Greece", 11.1, 20.3, 10), "HU": ("Hungary", 10.0, 9.9, 13), "IE": ("Ireland", 4.5, 36.8, 6),
    "IT": ("Italy", 59.2, 26.8, 13), "NL": ("Netherlands", 16.6, 38.5, 4), "PL": ("Poland", 38.0, 9.4, 9),
    "PT": ("Portugal", 10.6, 17.0, 24), "RO": ("Romania", 20.3, 6.2, 23), "SE": ("Sweden", 9.3, 39.9, 46),
}  # fmt: skip
YEARS = np.arange(2010, 2025)


def main(folder: Path) -> None:
    """Write the table that the notebook reads."""
    rng = np.random.default_rng(5)
    after = YEARS - YEARS[0]
    lines = ["code,country,year,people,income,renewables"]
    for code, (name, people, income, renewables) in COUNTRIES.items():
        crowd = people * (1 + rng.normal(0.002, 0.004)) ** after
        money = income * (1 + rng.normal(0.022, 0.006)) ** after
        green = (
            renewables + rng.uniform(0.5, 1.3) * after + np.cumsum(rng.normal(0, 0.3, YEARS.size))
        )
        rows = zip(YEARS, crowd.round(2), money.round(1), green.round(1), strict=True)
        lines += [f"{code},{name},{year},{n},{euros},{share}" for year, n, euros, share in rows]
    (folder / "countries.csv").write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main(Path(__file__).parent)
