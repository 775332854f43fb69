import pytest

from tests.service.harness import Stage, Viewer, code

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]


async def test_a_link_becomes_a_dashboard(stage: Stage, viewer: Viewer) -> None:
    line = await viewer.view(stage.notebook(code("print(6 * 7)", "'end'")))
    assert line.texts(0) == "42\n"
    assert line.texts(1) == "'end'"
    assert line.ready == {"failed": False}
