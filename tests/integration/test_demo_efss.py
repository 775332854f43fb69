"""The demo cloud answers as the products do, over real HTTP, and to rclone as well."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from defusedxml.ElementTree import fromstring

from vaas.demo import DemoEfss
from vaas.errors import ConfigError

D, OC = "{DAV:}", "{http://owncloud.org/ns}"
PASSWORD = "söcret:1"
ROOTS = {
    "nextcloud": "/nextcloud/public.php/dav/files/{}",
    "owncloud": "/owncloud/remote.php/dav/public-files/{}",
    "ocis": "/ocis/remote.php/dav/public-files/{}",
    "reva": "/reva/remote.php/dav/public-files/{}",
}
LEGACY = ["nextcloud", "nextcloud28", "owncloud"]
FAMILY = ["owncloud", "ocis", "reva"]
PRODUCTS = ["nextcloud", "nextcloud28", "owncloud", "ocis", "reva", "seafile"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    share = tmp_path / "share"
    (share / "data" / "deep").mkdir(parents=True)
    (share / "app.ipynb").write_text('{"cells": []}')
    (share / "data" / "a b ü#%.csv").write_text("x,y\n1,2\n")
    (share / "data" / "deep" / ".hidden").write_bytes(b"0123456789")
    (share / "way out").symlink_to("/etc")
    return tmp_path


@pytest.fixture
def efss(tree: Path) -> Iterator[DemoEfss]:
    with DemoEfss(tree) as running:
        yield running


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


def token_of(url: str) -> str:
    return url.rstrip("/").rsplit("/", 1)[1]


def dav_root(efss: DemoEfss, url: str) -> str:
    product = url.removeprefix(efss.url).split("/")[1]
    return efss.url + ROOTS[product].format(token_of(url))


def propfind(url: str, depth: str = "1", **more: object) -> httpx.Response:
    with httpx.Client(trust_env=False) as client:
        return client.request("PROPFIND", url, headers={"Depth": depth}, **more)  # type: ignore[arg-type]


def entries(answer: httpx.Response) -> dict[str, Any]:
    """The properties found, by href, in order."""
    assert answer.status_code == 207, answer.text
    found = {}
    for response in fromstring(answer.content).iter(D + "response"):
        good = [p for p in response.iter(D + "propstat") if "200" in p.findtext(D + "status", "")]
        found[response.findtext(D + "href", "")] = good[0].find(D + "prop")
    return found


def root_tag(url: str, **more: object) -> str | None:
    (prop,) = entries(propfind(url, "0", **more)).values()
    return prop.findtext(D + "getetag")


# --- WebDAV of a link


@pytest.mark.parametrize("product", list(ROOTS))
def test_a_folder_is_listed_and_read(efss: DemoEfss, http: httpx.Client, product: str):
    root = dav_root(efss, efss.add_link(product, "share"))
    hrefs = list(entries(propfind(root + "/")))
    base = root if product == "reva" else root.removeprefix(efss.url)
    assert hrefs == [f"{base}/", f"{base}/app.ipynb", f"{base}/data/"]
    (_, child, _) = entries(propfind(root + "/data"))
    assert child.endswith("/data/a%20b%20%C3%BC%23%25.csv")
    answer = http.get(httpx.URL(root).join(child))
    assert answer.text == "x,y\n1,2\n"
    assert answer.headers["etag"].startswith('"')
    assert (
        http.get(answer.url, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    )


@pytest.mark.parametrize("product", list(ROOTS))
def test_ranges_heads_and_folders(efss: DemoEfss, http: httpx.Client, product: str):
    root = dav_root(efss, efss.add_link(product, "share"))
    file = root + "/data/deep/.hidden"
    part = http.get(file, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.text) == (206, "234")
    assert part.headers["content-range"] == "bytes 2-4/10"
    assert http.get(file, headers={"Range": "bytes=90-"}).status_code == 416
    head = http.head(file)
    assert (head.status_code, head.headers["content-length"]) == (200, "10")
    assert http.get(root + "/data").status_code == 501
    assert http.get(root + "/nothing").status_code == 404
    assert propfind(root + "/nothing").status_code == 404


@pytest.mark.parametrize("product", list(ROOTS))
def test_nothing_can_be_written_or_reached_outside(
    efss: DemoEfss, http: httpx.Client, tree: Path, product: str
):
    root = dav_root(efss, efss.add_link(product, "share"))
    for method in ("PUT", "DELETE", "MKCOL", "PROPPATCH", "MOVE", "LOCK", "POST"):
        assert http.request(method, root + "/app.ipynb", content=b"x").status_code == 403
    assert (tree / "share" / "app.ipynb").read_text() == '{"cells": []}'
    for way in ("/way%20out", "/way%20out/passwd", "/%2e%2e/x", "/..%2f..%2fetc/passwd", "/%00"):
        assert http.get(root + way).status_code in (400, 404), way
    assert propfind(root, "infinity").status_code == 403


@pytest.mark.parametrize("product", ["nextcloud", "ocis", "reva"])
def test_the_roots_tag_tells_of_any_change_below(efss: DemoEfss, tree: Path, product: str):
    root = dav_root(efss, efss.add_link(product, "share"))
    seen = [root_tag(root)]
    file = tree / "share" / "data" / "deep" / ".hidden"
    os.utime(file, ns=(1, 1))
    seen.append(root_tag(root))
    file.write_bytes(b"longer than before")
    os.utime(file, ns=(1, 1))
    seen.append(root_tag(root))
    file.rename(file.with_name("renamed"))
    seen.append(root_tag(root))
    file.with_name("renamed").unlink()
    seen.append(root_tag(root))
    assert len(set(seen)) == 5
    assert all(tag and re.fullmatch(r'"\w+"', tag) for tag in seen)
    assert root_tag(root) == seen[-1]


def test_owncloud_folders_have_times_but_no_tags(efss: DemoEfss, tree: Path):
    root = dav_root(efss, efss.add_link("owncloud", "share"))
    top, file, folder = entries(propfind(root)).values()
    assert top.find(D + "getetag") is None
    assert top.find(D + "getlastmodified") is None
    assert folder.find(D + "getetag") is None
    assert file.findtext(D + "getetag", "").startswith('"')
    os.utime(tree / "share" / "data" / "deep" / ".hidden", (4e9, 4e9))
    _, _, changed = entries(propfind(root)).values()
    assert changed.findtext(D + "getlastmodified") == "Tue, 02 Oct 2096 07:06:40 GMT"


def test_properties_of_the_family(efss: DemoEfss):
    root = dav_root(efss, efss.add_link("ocis", "share"))
    body = (
        '<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><oc:size/>'
        "<oc:fileid/><oc:permissions/><oc:checksums/><oc:public-link-item-type/>"
        "<oc:public-link-permission/><oc:public-link-expiration/></d:prop></d:propfind>"
    )
    top, file, folder = entries(propfind(root, "1", content=body)).values()
    assert top.findtext(OC + "size") == "31"
    assert folder.findtext(OC + "size") == "18"
    assert top.findtext(OC + "public-link-item-type") == "folder"
    assert top.findtext(OC + "public-link-permission") == "1"
    assert file.find(OC + "public-link-item-type") is None
    assert re.fullmatch(
        r"SHA1:[0-9a-f]{40} MD5:[0-9a-f]{32} ADLER32:[0-9a-f]{8}",
        file.findtext(f"{OC}checksums/{OC}checksum", ""),
    )
    nextcloud = dav_root(efss, efss.add_link("nextcloud", "share"))
    (prop,) = entries(propfind(nextcloud, "0")).values()
    assert "G" in prop.findtext(OC + "permissions", "")
    assert prop.findtext(D + "displayname") == "share"


# --- one shared file


def test_a_single_file_is_the_root_in_nextcloud(efss: DemoEfss, http: httpx.Client):
    root = dav_root(efss, efss.add_link("nextcloud", "share/app.ipynb"))
    ((href, prop),) = entries(propfind(root + "/")).items()
    assert root.endswith(href)
    assert prop.find(f"{D}resourcetype/{D}collection") is None
    assert http.get(root).text == '{"cells": []}'
    assert http.get(root + "/app.ipynb").status_code == 404


@pytest.mark.parametrize("product", FAMILY)
def test_a_single_file_has_a_virtual_parent_elsewhere(
    efss: DemoEfss, http: httpx.Client, product: str
):
    root = dav_root(efss, efss.add_link(product, "share/app.ipynb"))
    parent, child = entries(propfind(root)).items()
    assert parent[1].find(f"{D}resourcetype/{D}collection") is not None
    assert parent[1].findtext(OC + "public-link-item-type") == "file"
    assert child[0].endswith("/app.ipynb")
    assert http.get(root + "/app.ipynb").text == '{"cells": []}'
    assert propfind(root + "/data").status_code == 404
    assert http.get(root + "/data").status_code == (404 if product == "owncloud" else 409)
    bare = http.get(root)
    assert bare.status_code == (501 if product == "owncloud" else 200)
    assert http.put(root).status_code == (405 if product == "reva" else 403)


# --- tokens and passwords


def test_nextcloud_hides_what_it_does_not_know_behind_503(efss: DemoEfss, http: httpx.Client):
    expired = efss.add_link("nextcloud", "share", expired=True)
    gone = efss.add_link("nextcloud", "share")
    efss.remove_link(gone)
    for url in (expired, gone):
        answer = propfind(dav_root(efss, url))
        assert answer.status_code == 503
        message = fromstring(answer.content).findtext("{http://sabredav.org/ns}message")
        assert message is not None
        assert message.startswith("Sabre\\DAV\\Exception\\NotFound")


@pytest.mark.parametrize("product", FAMILY)
def test_unknown_and_expired_are_not_found_elsewhere(efss: DemoEfss, product: str):
    assert propfind(efss.url + ROOTS[product].format("nothing")).status_code == 404
    expired = efss.add_link(product, "share", expired=True)
    assert propfind(dav_root(efss, expired)).status_code == 404


def test_nextcloud_asks_for_the_password_under_any_name(efss: DemoEfss, http: httpx.Client):
    root = dav_root(efss, efss.add_link("nextcloud", "share", password=PASSWORD))
    refused = propfind(root)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic ")
    by_script = http.get(root, headers={"X-Requested-With": "XMLHttpRequest"})
    assert by_script.headers["www-authenticate"].startswith("DummyBasic ")
    assert propfind(root, auth=("anything", "wrong")).status_code == 401
    assert propfind(root, auth=("anything", PASSWORD)).status_code == 207


def test_nextcloud_refuses_cookies_on_a_protected_share(efss: DemoEfss, http: httpx.Client):
    url = efss.add_link("nextcloud", "share", password=PASSWORD)
    auth = ("anything", PASSWORD)
    first = http.get(dav_root(efss, url) + "/app.ipynb", auth=auth)
    assert "set-cookie" in first.headers
    second = http.get(dav_root(efss, url) + "/app.ipynb", auth=auth)
    assert second.status_code == 412
    assert second.headers["location"].endswith(f"/s/{token_of(url)}")
    opened = dav_root(efss, efss.add_link("nextcloud", "share"))
    assert http.get(opened + "/app.ipynb").status_code == 200


@pytest.mark.parametrize("product", FAMILY)
def test_only_public_is_a_user_name_elsewhere(efss: DemoEfss, product: str):
    root = dav_root(efss, efss.add_link(product, "share", password=PASSWORD))
    refused = propfind(root)
    assert refused.status_code == 401
    assert "www-authenticate" not in refused.headers
    assert b"NotAuthenticated" in refused.content
    assert propfind(root, auth=("public", "wrong")).status_code == 401
    assert propfind(root, auth=(token_of(root), PASSWORD)).status_code == 401
    assert propfind(root, auth=("public", PASSWORD)).status_code == 207


@pytest.mark.parametrize("product", LEGACY)
def test_the_legacy_endpoint_takes_the_token_as_user(
    efss: DemoEfss, http: httpx.Client, product: str
):
    root = f"{efss.url}/{product}/public.php/webdav"
    open_link = token_of(efss.add_link(product, "share"))
    protected = token_of(efss.add_link(product, "share", password=PASSWORD))
    assert propfind(root).status_code == 401
    assert propfind(root, auth=("nobody", "")).status_code == 401
    assert propfind(root, auth=(protected, "")).status_code == 401
    assert propfind(root, auth=(protected, PASSWORD)).status_code == 207
    assert root_tag(root, auth=(open_link, ""))
    assert http.get(root + "/app.ipynb", auth=(open_link, "")).text == '{"cells": []}'


def test_nextcloud_28_has_no_new_endpoint(efss: DemoEfss):
    token = token_of(efss.add_link("nextcloud28", "share"))
    assert propfind(f"{efss.url}/nextcloud28/public.php/dav/files/{token}/").status_code == 404


def test_nextcloud_without_federation_wants_the_scripts_header(efss: DemoEfss, http: httpx.Client):
    root = dav_root(efss, efss.add_link("nextcloud", "share"))
    efss.federation("nextcloud", on=False)
    assert propfind(root).status_code == 401
    assert http.get(root + "/app.ipynb").status_code == 200
    headers = {"X-Requested-With": "XMLHttpRequest", "Depth": "0"}
    assert http.request("PROPFIND", root, headers=headers).status_code == 207
    with pytest.raises(ConfigError):
        efss.federation("ocis", on=False)


def test_internal_links_ask_for_a_login(efss: DemoEfss, http: httpx.Client):
    url = efss.add_link("ocis", "share", internal=True)
    refused = propfind(dav_root(efss, url))
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer realm=")
    info = f"{efss.url}/ocis/ocs/v2.php/apps/files_sharing/api/v1/tokeninfo"
    data = http.get(f"{info}/unprotected/{token_of(url)}").json()["ocs"]["data"]
    assert (data["aliaslink"], data["password_protected"]) == (True, False)
    protected = token_of(efss.add_link("ocis", "share", password=PASSWORD))
    data = http.get(f"{info}/unprotected/{protected}").json()["ocs"]["data"]
    assert (data["aliaslink"], data["password_protected"]) == (False, True)
    assert http.get(f"{info}/unprotected/nothing").status_code == 404
    assert http.get(f"{info}/protected/{protected}").status_code == 401
    short = f"{efss.url}/ocis/dav/public-files/{protected}"
    assert propfind(short, auth=("public", PASSWORD)).status_code == 401


def test_a_file_drop_cannot_be_read(efss: DemoEfss, http: httpx.Client):
    root = dav_root(efss, efss.add_link("nextcloud", "share", upload_only=True))
    for answer in (propfind(root), http.get(root + "/app.ipynb")):
        assert answer.status_code == 405
        assert "Only PUT is allowed on files drop" in answer.text
    for product in FAMILY:
        root = dav_root(efss, efss.add_link(product, "share", upload_only=True))
        top = next(iter(entries(propfind(root)).values()))
        assert top.findtext(OC + "public-link-permission") == "4"
        assert http.get(root + "/app.ipynb").status_code in (403, 404)


# --- brute force, throttle, maintenance


def test_nextcloud_locks_an_address_out_after_ten_failures(efss: DemoEfss):
    root = dav_root(efss, efss.add_link("nextcloud", "share", password=PASSWORD))
    good = ("x", PASSWORD)
    failures = [propfind(root).status_code for _ in range(6)]
    failures += [propfind(efss.url + ROOTS["nextcloud"].format("no")).status_code for _ in range(5)]
    assert failures == [401] * 6 + [503] * 5
    refused = propfind(root, auth=good)
    assert refused.status_code == 429
    assert refused.headers["x-nextcloud-bruteforce-throttled"].endswith("ms")
    efss.forgive("nextcloud")
    assert propfind(root, auth=good).status_code == 207


def test_older_nextcloud_calls_the_lock_unavailable(efss: DemoEfss):
    root = f"{efss.url}/nextcloud28/public.php/webdav"
    for _ in range(11):
        assert propfind(root, auth=("nobody", "")).status_code == 401
    refused = propfind(root, auth=("nobody", ""))
    assert refused.status_code == 503
    assert "MaxDelayReached" in refused.text


@pytest.mark.parametrize("product", ["nextcloud", *FAMILY])
def test_throttle_and_maintenance_come_and_go(efss: DemoEfss, http: httpx.Client, product: str):
    root = dav_root(efss, efss.add_link(product, "share"))
    efss.throttle(product, 30)
    held = propfind(root)
    assert held.status_code == 429
    hint = held.headers.get("retry-after") or held.headers["x-nextcloud-bruteforce-throttled"]
    assert int(hint.removesuffix("ms")) in (29, 30, 29000, 30000)
    efss.forgive(product)
    efss.maintenance(product, on=True)
    closed = propfind(root)
    assert (closed.status_code, closed.headers["retry-after"]) == (503, "120")
    assert http.get(f"{efss.url}/{product}/status.php").status_code == 200
    efss.maintenance(product, on=False)
    assert propfind(root).status_code == 207


def test_nextcloud_says_that_it_is_under_maintenance(efss: DemoEfss, http: httpx.Client):
    efss.maintenance("nextcloud", on=True)
    assert http.get(f"{efss.url}/nextcloud/status.php").json()["maintenance"] is True
    closed = propfind(efss.url + ROOTS["nextcloud"].format("any"))
    assert closed.headers["x-nextcloud-maintenance-mode"] == "1"


# --- what tells the products apart


def test_discovery(efss: DemoEfss, http: httpx.Client):
    names = {}
    for product in PRODUCTS[:-1]:
        status = http.get(f"{efss.url}/{product}/status.php").json()
        assert status["installed"] is True
        names[product] = (status["productname"], status["version"].split(".")[0])
    assert names == {
        "nextcloud": ("Nextcloud", "31"),
        "nextcloud28": ("Nextcloud", "28"),
        "owncloud": ("ownCloud", "10"),
        "ocis": ("Infinite Scale", "10"),
        "reva": ("reva", "10"),
    }
    assert http.get(f"{efss.url}/seafile/status.php").status_code == 404


def test_capabilities_are_anonymous_in_nextcloud_alone(efss: DemoEfss, http: httpx.Client):
    path, headers = "ocs/v2.php/cloud/capabilities?format=json", {"OCS-APIRequest": "true"}
    data = http.get(f"{efss.url}/nextcloud/{path}", headers=headers).json()["ocs"]["data"]
    assert data["version"]["major"] == 31
    for product in FAMILY:
        assert http.get(f"{efss.url}/{product}/{path}", headers=headers).status_code == 401


def test_open_cloud_mesh_documents(efss: DemoEfss, http: httpx.Client):
    for product in ("nextcloud", "ocis", "reva"):
        document = http.get(f"{efss.url}/{product}/.well-known/ocm").json()
        assert document["endPoint"].startswith(f"{efss.url}/{product}/")
        old = http.get(f"{efss.url}/{product}/ocm-provider", follow_redirects=True)
        assert old.json() == document
    assert http.get(f"{efss.url}/owncloud/.well-known/ocm").status_code == 404
    assert http.get(f"{efss.url}/owncloud/ocm-provider/").json()["enabled"] is True
    assert http.get(f"{efss.url}/reva/ocm-provider").status_code == 301


def test_reva_sends_owncloud_addresses_on(efss: DemoEfss, http: httpx.Client):
    url = efss.add_link("reva", "share")
    moved = http.get(f"{efss.url}/reva/index.php/s/{token_of(url)}")
    assert (moved.status_code, moved.headers["location"]) == (301, url)


# --- Seafile


def dirents(efss: DemoEfss, http: httpx.Client, token: str, path: str = "/") -> httpx.Response:
    url = f"{efss.url}/seafile/api/v2.1/share-links/{token}/dirents/"
    return http.get(url, params={"path": path})


def test_seafile_lists_and_serves_once(efss: DemoEfss, http: httpx.Client):
    url = efss.add_link("seafile", "share")
    assert re.fullmatch(efss.url + r"/seafile/d/[0-9a-f]+/", url)
    token = token_of(url)
    top = dirents(efss, http, token).json()["dirent_list"]
    assert [entry.get("file_name") or entry["folder_name"] for entry in top] == [
        "app.ipynb",
        "data",
    ]
    assert (top[0]["is_dir"], top[0]["size"], top[0]["file_path"]) == (False, 13, "/app.ipynb")
    assert top[1]["folder_path"] == "/data/"
    (file, _) = sorted(
        dirents(efss, http, token, "/data/").json()["dirent_list"], key=lambda e: e["is_dir"]
    )
    assert file["file_path"] == "/data/a b ü#%.csv"
    sent = http.get(f"{url}files/", params={"p": file["file_path"], "dl": "1"})
    assert sent.status_code == 302
    answer = http.get(sent.headers["location"])
    assert answer.text == "x,y\n1,2\n"
    assert "etag" not in answer.headers
    assert http.get(sent.headers["location"]).status_code == 403


def test_seafile_says_no(efss: DemoEfss, http: httpx.Client):
    url = efss.add_link("seafile", "share")
    assert dirents(efss, http, "0" * 20).status_code == 404
    assert dirents(efss, http, token_of(url), "/../..").status_code == 404
    outside = http.get(f"{url}files/", params={"p": "/../../../etc/passwd", "dl": "1"})
    assert outside.status_code == 404
    assert http.get(efss.add_link("seafile", "share", expired=True)).status_code == 404
    drop = efss.add_link("seafile", "share", upload_only=True)
    assert drop.startswith(f"{efss.url}/seafile/u/d/")
    assert dirents(efss, http, token_of(drop)).status_code == 404
    efss.throttle("seafile", 7)
    held = dirents(efss, http, token_of(url))
    assert (held.status_code, held.headers["retry-after"]) == (429, "7")
    assert http.get(f"{efss.url}/seafile/api2/ping/").json() == "pong"
    assert "features" in http.get(f"{efss.url}/seafile/api2/server-info/").json()


def test_seafile_file_link(efss: DemoEfss, http: httpx.Client):
    url = efss.add_link("seafile", "share/app.ipynb")
    assert "/seafile/f/" in url
    answer = http.get(url, params={"dl": "1"}, follow_redirects=True)
    assert answer.text == '{"cells": []}'
    assert answer.url.path.endswith("/app.ipynb")
    assert dirents(efss, http, token_of(url)).status_code == 400


def test_seafile_password_is_a_form(efss: DemoEfss, http: httpx.Client):
    url = efss.add_link("seafile", "share", password=PASSWORD)
    assert dirents(efss, http, token_of(url)).status_code == 403
    asked = http.get(f"{url}files/", params={"p": "/app.ipynb", "dl": "1"})
    assert (asked.status_code, 'type="password"' in asked.text) == (200, True)

    def post(password: str, csrf: str | None = None) -> httpx.Response:
        field = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', http.get(url).text)
        assert field is not None
        form = {"csrfmiddlewaretoken": csrf or field[1], "password": password}
        return http.post(url, data=form)

    assert post(PASSWORD, csrf="forged").status_code == 403
    assert "not right" in post("wrong").text
    assert dirents(efss, http, token_of(url)).status_code == 403
    assert "app.ipynb" in post(PASSWORD).text
    assert dirents(efss, http, token_of(url)).status_code == 200
    other = efss.add_link("seafile", "share", password=PASSWORD)
    assert dirents(efss, http, token_of(other)).status_code == 403


# --- pages for people


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_person_sees_the_folder_and_can_download(
    efss: DemoEfss, http: httpx.Client, product: str
):
    url = efss.add_link(product, "share")
    page = http.get(url, follow_redirects=True)
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1>share</h1>" in page.text
    assert "data/" in page.text
    link = re.search(r'href="([^"]+)">app.ipynb', page.text)
    assert link is not None
    address = page.url.join(link[1].replace("&amp;", "&"))
    assert http.get(address, follow_redirects=True).text == '{"cells": []}'


@pytest.mark.parametrize("product", PRODUCTS[:-1])
def test_a_person_gives_the_password(efss: DemoEfss, http: httpx.Client, product: str):
    url = efss.add_link(product, "share", password=PASSWORD)
    asked = http.get(url, follow_redirects=True)
    assert "app.ipynb" not in asked.text
    assert "not right" in http.post(asked.url, data={"password": "wrong"}).text
    assert "app.ipynb" in http.post(asked.url, data={"password": PASSWORD}).text


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_person_is_told_of_a_file_drop(efss: DemoEfss, http: httpx.Client, product: str):
    page = http.get(efss.add_link(product, "share", upload_only=True), follow_redirects=True)
    assert "Upload only" in page.text
    assert "app.ipynb" not in page.text


def test_download_buttons_keep_protected_files(efss: DemoEfss, http: httpx.Client):
    for product in ("nextcloud", "nextcloud28"):
        url = efss.add_link(product, "share", password=PASSWORD)
        button = f"{url}/download?path=/&files=app.ipynb"
        assert "cells" not in http.get(button, follow_redirects=True).text
        single = efss.add_link(product, "share/app.ipynb")
        assert "cells" in http.get(f"{single}/download", follow_redirects=True).text


def test_a_redirect_carries_no_header_of_the_clients(efss: DemoEfss, http: httpx.Client):
    for token in ("x%0d%0aSet-Cookie:%20a=b", "ü"):
        moved = http.get(f"{efss.url}/ocis/s/{token}")
        assert moved.status_code == 302
        assert "set-cookie" not in moved.headers


def test_home_lists_links_and_hides_markup(efss: DemoEfss, http: httpx.Client, tree: Path):
    (tree / "<b>odd").mkdir()
    url = efss.add_link("nextcloud", "<b>odd")
    home = http.get(efss.url)
    assert url in home.text
    assert "<b>odd" not in home.text + http.get(url).text
    assert http.get(f"{efss.url}/nextcloud/s/nothing").status_code == 404


# --- the class itself


def test_requests_are_recorded_without_secrets(efss: DemoEfss, http: httpx.Client):
    url = efss.add_link("nextcloud", "share", password=PASSWORD, token="knowntoken")
    http.get(dav_root(efss, url) + "/app.ipynb?secret=hunter2", auth=("x", PASSWORD))
    (seen,) = efss.requests["nextcloud"]
    path = "/nextcloud/public.php/dav/files/knowntoken/app.ipynb"
    assert seen == ("GET", path, 200)
    assert not efss.requests["ocis"]
    assert PASSWORD not in repr(efss.__dict__)


def test_roots_can_have_names(tree: Path, http: httpx.Client):
    with DemoEfss({"mine": tree / "share", "data": tree / "share" / "data"}) as efss:
        assert "app.ipynb" in http.get(efss.add_link("nextcloud", "mine")).text
        assert ".hidden" in http.get(efss.add_link("nextcloud", "data/deep")).text
        for product, path in [("nextcloud", "other"), ("nextcloud", "mine/../.."), ("no", "mine")]:
            with pytest.raises(ConfigError):
                efss.add_link(product, path)
        with pytest.raises(ConfigError):
            efss.add_link("nextcloud", "mine", internal=True)
        for product, token in [("seafile", "nothexadecimal"), ("ocis", "a/b"), ("ocis", "a b")]:
            with pytest.raises(ConfigError, match="token"):
                efss.add_link(product, "mine", token=token)
        with pytest.raises(ConfigError):
            efss.remove_link("http://127.0.0.1/elsewhere")


def test_stops_at_once_and_starts_again_on_its_port(tree: Path, http: httpx.Client):
    with DemoEfss(tree) as efss:
        url = efss.add_link("nextcloud", "share", token="again")
        port = int(efss.url.rsplit(":", 1)[1])
        assert http.get(url).status_code == 200  # the connection stays open
        began = time.monotonic()
    assert time.monotonic() - began < 2
    with pytest.raises(httpx.TransportError):
        http.get(url)
    with DemoEfss(tree, port) as efss:
        assert efss.add_link("nextcloud", "share", token="again") == url
        assert http.get(url).status_code == 200
        with pytest.raises(ConfigError, match="cannot listen"), DemoEfss(tree, port):
            pass


# --- an independent client


def rclone(url: str, user: str, password: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "RCLONE_CONFIG": "/dev/null",
        "RCLONE_CONFIG_SHARE_TYPE": "webdav",
        "RCLONE_CONFIG_SHARE_URL": url,
        "RCLONE_CONFIG_SHARE_VENDOR": "owncloud",
    }
    if user:
        obscured = subprocess.run(
            ["rclone", "obscure", "-"],
            input=password,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout.strip()
        environment |= {"RCLONE_CONFIG_SHARE_USER": user, "RCLONE_CONFIG_SHARE_PASS": obscured}
    return subprocess.run(
        ["rclone", "--retries=1", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("password", [None, PASSWORD])
@pytest.mark.parametrize("product", ["nextcloud", "owncloud", "ocis"])
def test_rclone_reads_the_share(
    efss: DemoEfss, tree: Path, tmp_path: Path, product: str, password: str | None
):
    root = dav_root(efss, efss.add_link(product, "share", password=password))
    user = "public" if password else ""
    listed = rclone(root, user, password or "", "lsf", "-R", "share:")
    assert listed.returncode == 0, listed.stderr
    assert sorted(listed.stdout.splitlines()) == [
        "app.ipynb",
        "data/",
        "data/a b ü#%.csv",
        "data/deep/",
        "data/deep/.hidden",
    ]
    copied = rclone(root, user, password or "", "copy", "share:", str(tmp_path / "copy"))
    assert copied.returncode == 0, copied.stderr
    assert (tmp_path / "copy" / "data" / "a b ü#%.csv").read_text() == "x,y\n1,2\n"
    assert (tmp_path / "copy" / "data" / "deep" / ".hidden").read_bytes() == b"0123456789"


def test_rclone_is_refused_with_the_wrong_password(efss: DemoEfss):
    root = dav_root(efss, efss.add_link("ocis", "share", password=PASSWORD))
    assert rclone(root, "public", "wrong", "lsf", "share:").returncode != 0
