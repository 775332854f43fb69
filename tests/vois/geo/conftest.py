import pytest
import rasterio


@pytest.fixture
def geotiff(tmp_path):
    """Writes an array of shape (rows, columns) or (bands, rows, columns) as GeoTIFF."""

    def write(values, west, north, step, crs="EPSG:32632", *, name="a.tif", **more: object):
        stack = values[None] if values.ndim == 2 else values
        path = tmp_path / name
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            count=len(stack),
            height=stack.shape[1],
            width=stack.shape[2],
            dtype=stack.dtype,
            crs=crs,
            transform=rasterio.transform.from_origin(west, north, step, step),
            **more,
        ) as file:
            file.write(stack)
        return str(path)

    return write
