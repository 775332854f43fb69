"""What a viewer meets on the way from a link to a dashboard."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service, eventually
from vaas import errors
from vaas.demo.efss import DemoEfss

pytestmark = pytest.mark.browser

PASSWORD = "plum & Pflaume 1#"


def test_a_pasted_link_opens(service: Service, share: Share, visit: Visit) -> None:
    link = share({"report.ipynb": notebook("#%% # Report", "print('all is well')")})
    viewer = visit(service)
    page = viewer.page
    page.goto(service.url)
    page.get_by_label("Public link").fill(f"  {link}\n")
    page.get_by_role("button", name="Open").click()
    viewer.ready()
    assert page.url == viewer.address(link)
    assert page.title() == "Report"
    expect(viewer.cell(1)).to_have_text("all is well")


def test_a_notebooks_script_does_not_reach_the_window_that_opened_it(
    service: Service, share: Share, visit: Visit
) -> None:
    code = "from IPython.display import HTML\nHTML('<p id=told></p><script>told.textContent = "
    link = share({"a.ipynb": notebook(code + "`opened by ${window.opener}`</script>')")})
    viewer = visit(service)
    for _ in ("live", "painted"):
        with viewer.page.expect_popup() as coming:
            viewer.page.evaluate("address => void open(address)", viewer.address(link))
        expect(coming.value.locator("#told:visible")).to_have_text("opened by null")
        coming.value.close()


@pytest.mark.parametrize("product", ["nextcloud", "ocis", "seafile"])
def test_a_password_is_asked_once_and_stays_secret(
    service: Service, share: Share, visit: Visit, product: str
) -> None:
    token = {"seafile": "5ec2e7aa5ec2e7bb5ec2"}.get(product, "SecretToken2026")
    body = {"report.ipynb": notebook("#%% # Report", "print('behind the door')")}
    link = share(body, product, token=token, password=PASSWORD)
    viewer = visit(service)
    viewer.expects("status of 40[13]")
    page = viewer.page
    page.goto(viewer.address(link))
    field = page.get_by_label("Password of the share")
    expect(field).to_be_focused()
    field.fill("pear")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text(errors.PasswordWrong.title)
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    assert serious(page) == []
    field.fill(PASSWORD)
    page.get_by_role("button", name="Open", exact=True).click()
    viewer.ready()
    expect(viewer.cell(1)).to_have_text("behind the door")
    assert page.url == viewer.address(link)
    page.reload(wait_until="commit")
    viewer.ready()
    expect(viewer.cell(1)).to_have_text("behind the door")
    for secret in (PASSWORD, quote(PASSWORD), "plum"):
        assert not [url for url in viewer.urls if secret in url]
        assert secret not in service.written()
    assert token not in service.written()
    # A cloud that takes its time has the page begun before it asks; it then leads to the form.
    own = (viewer.address(link), f"{viewer.base}password?next=")
    assert not [u for u in viewer.urls if token in u and not u.startswith(own)]


def test_another_viewer_is_asked_again(service: Service, share: Share, visit: Visit) -> None:
    link = share({"report.ipynb": notebook("print(1)")}, password=PASSWORD)
    first, second = visit(service), visit(service)
    for viewer in (first, second):
        viewer.expects("status of 401")
        viewer.page.goto(viewer.address(link))
        expect(viewer.page.get_by_label("Password of the share")).to_be_focused()
    first.page.get_by_label("Password of the share").fill(PASSWORD)
    first.page.keyboard.press("Enter")
    first.ready()
    second.page.reload()
    expect(second.page.get_by_label("Password of the share")).to_be_focused()


Links = Callable[[DemoEfss, Share], str]
REFUSED: dict[str, tuple[Links, type[errors.VaasError], int]] = {
    "unknown": (lambda c, _: f"{c.url}/nextcloud/s/aaaaBBBBccccDDD", errors.ShareUnknown, 404),
    "expired": (
        lambda _, share: share({"a.ipynb": b""}, expired=True),
        errors.ShareUnknown,
        404,
    ),
    "drop": (lambda _, share: share({"a.ipynb": b""}, upload_only=True), errors.FileDrop, 403),
    "internal": (
        lambda _, share: share({"a.ipynb": b""}, "ocis", internal=True),
        errors.InternalLink,
        403,
    ),
    "elsewhere": (lambda *_: "https://cloud.example.org/s/abc", errors.SiteNotAllowed, 403),
    "empty": (lambda _, share: share({"readme.txt": b"hello"}), errors.NoNotebook, 404),
    "broken": (lambda _, share: share({"a.ipynb": b"{]"}), errors.NotebookInvalid, 422),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_link_that_cannot_be_opened_says_why(
    service: Service, cloud: DemoEfss, share: Share, visit: Visit, name: str
) -> None:
    make, error, status = REFUSED[name]
    link = make(cloud, share)
    viewer = visit(service, viewport={"width": 360, "height": 740})
    viewer.expects(f"status of {status}")
    page = viewer.page
    page.goto(viewer.address(link))
    heading = page.get_by_role("heading", name=error.title)
    expect(heading).to_be_visible()

    def says_status() -> bool:
        answer = page.reload()
        return answer is not None and answer.status == status

    assert eventually(says_status)  # a slow answer comes within a page that has begun
    expect(heading).to_be_visible()
    expect(page.get_by_text(error.advice)).to_be_visible()
    assert viewer.fits()
    assert serious(page) == []
    viewer.picture(f"refused-{name}")


def test_what_is_no_link_is_said_at_once(service: Service, visit: Visit) -> None:
    viewer = visit(service)
    viewer.expects("status of 400")
    answer = viewer.page.goto(f"{service.url}open?link=hello")
    assert answer
    assert answer.status == 400
    expect(viewer.page.get_by_role("heading", name=errors.NotALink.title)).to_be_visible()


def test_a_revoked_link_no_longer_opens(
    service: Service, cloud: DemoEfss, share: Share, visit: Visit
) -> None:
    link = share({"report.ipynb": notebook("print('still here')")})
    viewer = visit(service)
    viewer.expects("status of 404")
    viewer.open(link)
    expect(viewer.cell(0)).to_have_text("still here")
    cloud.remove_link(link)
    viewer.page.reload(wait_until="commit")
    expect(viewer.page.get_by_role("heading", name=errors.ShareUnknown.title)).to_be_visible()


@pytest.mark.parametrize("product", ["nextcloud", "seafile"])
def test_a_folder_lists_its_dashboards(
    service: Service, share: Share, visit: Visit, product: str
) -> None:
    titles = {"one.ipynb": "First", "two.ipynb": "Second", "three.ipynb": "Third"}
    files = {name: notebook(f"#%% # {t}", f"print('{t}!')") for name, t in titles.items()}
    link = share(files, product)
    viewer = visit(service, viewport={"width": 360, "height": 740})
    page = viewer.page
    for name, title in titles.items():
        page.goto(viewer.address(link))
        expect(page.get_by_role("list", name="Dashboards in this share")).to_be_visible()
        expect(page.locator(".item")).to_have_count(3)
        assert viewer.fits()
        page.get_by_role("link", name=title).click()
        viewer.ready()
        expect(viewer.cell(1)).to_have_text(f"{title}!")
        assert page.url == viewer.address(link, name)
    page.goto(viewer.address(link))
    assert serious(page) == []
    viewer.picture(f"folder-{product}")


def test_index_opens_at_once(service: Service, share: Share, visit: Visit) -> None:
    files = {
        "index.ipynb": notebook("print('the front door')"),
        "other.ipynb": notebook("print('the garden')"),
        "sub/x.ipynb": notebook("print('the cellar')"),
    }
    link = share(files)
    viewer = visit(service)
    viewer.open(link)
    expect(viewer.cell(0)).to_have_text("the front door")
    viewer.open(link, "other.ipynb")
    expect(viewer.cell(0)).to_have_text("the garden")
    viewer.open(link, "sub/")
    expect(viewer.cell(0)).to_have_text("the cellar")


ODD = ["a b/100 %.ipynb", "a b/Übersicht.ipynb", "deep/er/no #1?.ipynb", "50%25.ipynb"]
HIDDEN = [".git/x.ipynb", ".ipynb_checkpoints/old-checkpoint.ipynb"]


@pytest.mark.parametrize("product", ["nextcloud", "ocis"])
def test_odd_names_are_only_names(
    service: Service, share: Share, visit: Visit, product: str
) -> None:
    code = "import os; print(os.environ['SCRIPT_NAME'])"
    link = share({name: notebook(code) for name in [*ODD, *HIDDEN]}, product)
    viewer = visit(service)
    page = viewer.page
    page.goto(viewer.address(link))
    expect(page.locator(".item")).to_have_count(len(ODD))
    for name in ODD:
        page.goto(viewer.address(link))
        page.locator(".item").filter(has_text=name).get_by_role("link").click()
        viewer.ready()
        expect(viewer.cell(0)).to_have_text(f"/{quote(name)}")
        assert urlsplit(page.url).path == urlsplit(viewer.address(link, name)).path
