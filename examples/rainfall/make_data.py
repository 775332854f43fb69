"""Makes `rain.csv`: ten invented years of daily rain at one station.

Wet days come in spells, and winter is wetter than summer. The seed is fixed, so every run gives
the same numbers.
"""

from pathlib import Path

import numpy as np

FIRST, LAST = "2015-01-01", "2024-12-31"


def rain(days: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return millimetres of rain, one number for each day.

    Args:
        days: dates, shape (n,).
        rng: the source of chance.
    """
    years = days.astype("datetime64[Y]")
    season = np.cos(2 * np.pi * ((days - years).astype(int) - 15) / 365.25)
    mood = rng.normal(1.0, 0.14, np.unique(years).size)[np.unique(years, return_inverse=True)[1]]
    amount = rng.gamma(0.75, 7.5 + 1.5 * season) * mood
    chance, wet = rng.random(days.size), np.zeros(days.size, bool)
    for day in range(1, days.size):
        # Yesterday's weather is the best forecast: a wet day is likely to be followed by one.
        wet[day] = chance[day] < 0.27 + 0.34 * wet[day - 1] + 0.08 * season[day]
    return np.round(np.where(wet, np.maximum(amount, 0.2), 0.0), 1)


def main(folder: Path) -> None:
    """Write the table that the notebook reads."""
    days = np.arange(FIRST, np.datetime64(LAST) + 1, dtype="datetime64[D]")
    amounts = rain(days, np.random.default_rng(7))
    rows = [f"{day},{mm}" for day, mm in zip(days, amounts, strict=True)]
    (folder / "rain.csv").write_text("\n".join(["date,rain_mm", *rows, ""]))


if __name__ == "__main__":
    main(Path(__file__).parent)
