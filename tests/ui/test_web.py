"""The browser's modules over HTTP."""

import re
import shutil

import httpx
import pytest

from playground.ui import web

HEADER = "header/header.js"


def get(served, path: str, method: str = "GET", **headers) -> httpx.Response:
    return served.client.request(method, f"/{web.base_path()}/{path}", headers=headers)


def test_every_module_is_served_unchanged_as_javascript(served):
    modules = sorted(web.MODULES.rglob("*.js"))
    assert len(modules) > 10
    for file in modules:
        answer = get(served, file.relative_to(web.MODULES).as_posix())
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(("text/javascript", "application/javascript"))
        assert answer.content == file.read_bytes()


def test_a_module_is_cached_for_good(served):
    answer = get(served, HEADER)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = get(served, HEADER, **{"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_head_answers_like_get_without_a_body_and_other_methods_are_refused(served):
    head, whole = get(served, HEADER, "HEAD"), get(served, HEADER)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    for method in ("POST", "PUT", "DELETE"):
        assert get(served, HEADER, method).status_code == 405


@pytest.mark.parametrize(
    "path",
    ["", "header", "header/", "header/header.py", "header/header.css", "header/header.html", "base.py", "none.js"],
)
def test_nothing_but_existing_modules_is_served(served, path):
    assert get(served, path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "../theme.css",
        "../../../tests/ui/widgets/check.js",
        "..%2f..%2f..%2ftests%2fui%2fwidgets%2fcheck.js",
        "%2e%2e/%2e%2e/%2e%2e/tests/ui/widgets/check.js",
        "/etc/passwd.js",
        "%2Fetc%2Fpasswd%00.js",
        "header/header.py%00.js",
    ],
)
def test_fault_01_no_path_leads_out_of_the_modules(served, path):
    assert (web.MODULES.parents[2] / "tests/ui/widgets/check.js").is_file()
    assert get(served, path).status_code in (403, 404)


def test_modules_are_answered_behind_the_guard(served):
    assert get(served, HEADER, host="evil.example").status_code == 403
    assert get(served, HEADER, origin="https://evil.example").status_code == 403


def test_another_version_is_not_served(served):
    other = served.client.get(f"/pg-web/{'0' * 12}/{HEADER}")
    assert other.status_code == 404 or "html" in other.headers["content-type"]


def test_the_version_changes_with_any_name_or_content(tmp_path):
    copy = tmp_path / "widgets"
    shutil.copytree(web.MODULES, copy)
    versions = [web.version_of(web.MODULES)]
    assert web.version_of(copy) == versions[0]
    (copy / HEADER).write_text((copy / HEADER).read_text() + " ")
    versions.append(web.version_of(copy))
    (copy / HEADER).rename(copy / "header/other.js")
    versions.append(web.version_of(copy))
    assert len(set(versions)) == 3
    (copy / "header/header.css").write_text("")
    assert web.version_of(copy) == versions[-1]


def test_the_answer_with_the_page_names_the_first_modules_and_all_their_imports(served):
    links = served.client.get("/").headers["link"]
    preloaded = re.findall(r"<([^>]+)>; rel=modulepreload", links)
    prefix = f"{web.base_path()}/"
    assert {f"{prefix}{HEADER}", f"{prefix}lib/dom.js"} <= set(preloaded)
    assert len(preloaded) == len(set(preloaded)) == links.count("<")
    for path in preloaded:
        assert served.client.get(f"/{path}").status_code == 200
    assert "link" not in served.client.get("/config").headers


def test_imports_are_followed_but_types_in_comments_are_not(tmp_path, monkeypatch):
    monkeypatch.setattr(web, "MODULES", tmp_path)
    for name, text in {
        "a/a.js": "import { x } from './b.js';\nimport {\n y,\n} from '../lib/c.js';\nexport { z } from '../lib/d.js';",
        "a/b.js": "import '../lib/c.js';\n// import { no } from './none.js';",
        "lib/c.js": "/** @param {import('./none.js').T} t\n * import('./none.js') */\nexport function y(t) {}",
        "lib/d.js": "import { x } from '../a/a.js';\nexport function f() {\n  g('./none.js');\n}",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert web.with_imports(["a/a.js"]) == ["a/a.js", "a/b.js", "lib/c.js", "lib/d.js"]
    assert web.with_imports(["lib/c.js", "a/b.js"]) == ["lib/c.js", "a/b.js"]
