"""A real Candid and a real Chromium, started once for all tests of this folder in a process."""

import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.browser import stack as stacks
from tests.browser.chromium import ARGUMENTS, EXECUTABLE, reader
from tests.browser.shop import Shop, open_shop


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell with a failure what the programs said."""
    report = yield
    if report.failed:
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, stacks.Stack):
                report.sections.append(("What the programs said", value.log()))
    return report


# Playwright's loop runs as long as its fixture, and Django refuses to work beside a running
# loop: both end with this folder, before the tests of another one begin.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if not shutil.which(EXECUTABLE):
        pytest.fail(f"{EXECUTABLE} is missing: the browser tests need Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package", autouse=True)
def _tables(django_db_setup) -> None:
    """Make all tables first, which houses then copy instead of migrating."""


@pytest.fixture(scope="package")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stacks.Stack]:
    """Give all of Candid, as a newcomer finds it."""
    names = ["web", "inbox", "drain", "worker", "beat"]
    with stacks.running(tmp_path_factory.mktemp("house"), names=names) as stack:
        yield stack


@pytest.fixture(scope="package")
def demo_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stacks.Stack]:
    """Give the pages of the sample workspace, full of history."""
    folder = tmp_path_factory.mktemp("demo")
    with stacks.running(folder, names=["web"], prepare=["demo"]) as stack:
        yield stack


@pytest.fixture(scope="package")
def working_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stacks.Stack]:
    """Give the sample workspace with a worker and a mail server of its own."""
    folder = tmp_path_factory.mktemp("working")
    names = ["web", "inbox", "worker"]
    with stacks.running(folder, names=names, prepare=["demo"]) as stack:
        yield stack


@pytest.fixture
def patient() -> Iterator[None]:
    """Wait for facts as long as a machine may need that does ten things at once."""
    expect.set_options(timeout=90_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def browser_context(chromium: Browser) -> Iterator[BrowserContext]:
    """Give a marketer's browser, not signed in."""
    with reader(chromium) as context:
        yield context


@pytest.fixture
def shop() -> Iterator[Shop]:
    """Give what the links of a mail lead to."""
    with open_shop() as shop:
        yield shop
