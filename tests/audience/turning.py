"""Turn the pages of a list, one after the other."""


def turn(client, address, sort, at="", key="next"):
    """Return the people of each page from `at` on, and the key of the last page."""
    pages = []
    while True:
        page = client.get(address, {"sort": sort, "at": at}).context["page"]
        pages.append([one.pk for one in page])
        further = getattr(page, key)
        if not further:
            return pages, page
        at = further
        assert len(pages) < 20
