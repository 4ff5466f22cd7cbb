"""What is wrong in a template raises nothing: an unknown name is shown as nothing at all."""

import re
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.BASE_DIR, "templates")
SENTENCES = re.compile(
    r"{%\s*blocktrans(?:late)?\b.*?%}(.*?){%\s*endblocktrans(?:late)?\s*%}", re.DOTALL
)
NAMES = re.compile(r"{{\s*([^}]+?)\s*}}")


def test_sentences_to_translate_name_plain_variables():
    """They know neither dots nor filters: `{{ campaign.name }}` in one is empty."""
    lost = [
        f"{page.relative_to(FOLDER)}: {name}"
        for page in sorted(FOLDER.rglob("*.html"))
        for sentence in SENTENCES.findall(page.read_text())
        for name in NAMES.findall(sentence)
        if not name.isidentifier()
    ]
    assert lost == []
