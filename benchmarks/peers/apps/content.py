"""What the pages of all peers show: the data of ``benchmarks/notebooks``, as functions."""

import base64
import io

import numpy as np
import pandas as pd
import xarray as xr

BOUNDS = ((45.0, 8.0), (45.2, 8.2))
"""South-west and north-east corner of the scenes: latitude, longitude."""


def stations() -> pd.DataFrame:
    """A year of days; one column for each of three stations."""
    days = pd.date_range("2025-01-01", periods=365)
    noise = np.random.default_rng(1)
    return pd.DataFrame(
        {
            name: height + 10 * np.sin(np.arange(365) / 58) + noise.normal(size=365)
            for name, height in {"Alder": 10, "Birch": 15, "Cedar": 20}.items()
        },
        index=days,
    )


def weekly(table: pd.DataFrame, station: str) -> pd.Series:
    """Weekly means of one station."""
    return table[station].resample("W").mean()


def scenes() -> xr.Dataset:
    """Twelve months of two bands, each of 256 by 256 pixels."""
    y, x = np.mgrid[0:256, 0:256] / 256
    months = np.arange(12)[:, None, None]
    waves = np.stack([np.sin(6 * x + months / 2), np.cos(5 * y + months / 3)], axis=1)
    bands = 0.2 * waves + np.random.default_rng(1).normal(0.3, 0.03, size=waves.shape)
    named = xr.DataArray(bands, dims=("month", "band", "y", "x"))
    return named.assign_coords(band=["red", "infrared"]).to_dataset("band")


def ndvi(data: xr.Dataset, month: int) -> xr.DataArray:
    """Return the index of one scene, shape (256, 256), -1 to 1."""
    scene = data.isel(month=month).clip(0.01)
    return (scene.infrared - scene.red) / (scene.infrared + scene.red)


def greenness(index: xr.DataArray, month: int) -> str:
    """What is said of a scene."""
    return f"scene {month + 1}: {float((index > 0.2).mean()):.1%} green"


def picture(index: xr.DataArray) -> str:
    """Draw a scene; a PNG as an address."""
    from matplotlib.image import imsave  # noqa: PLC0415 - not every peer draws with it

    file = io.BytesIO()
    imsave(file, index, cmap="RdYlGn", vmin=-1, vmax=1, format="png")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
