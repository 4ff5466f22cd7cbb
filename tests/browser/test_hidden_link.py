"""The link that only machines follow, in a real browser: nobody sees, hears or reaches it."""

from playwright.sync_api import Browser

from campaigns.composing import footer

URL = "https://t.example.org/track/click/token/0"


def test_nobody_sees_hears_or_reaches_it(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(f'<p>Hello <a id="real" href="#">read</a></p>{footer.trap(URL)}<p>Bye</p>')
    hidden = page.locator(f'a[href="{URL}"]')
    assert hidden.count() == 1
    assert hidden.bounding_box() is None, "it takes no room"
    assert page.locator("body").inner_text().split() == ["Hello", "read", "Bye"]
    assert page.get_by_role("link").count() == 1, "screen readers are told of the other alone"
    reached = []
    for _ in range(3):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert "real" in reached and "A" not in reached, reached
    page.close()
