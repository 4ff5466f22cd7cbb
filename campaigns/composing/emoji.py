"""Emoji for subjects: a few, and so old (Unicode 8 and before) that mail programs show them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from campaigns.composing.offering import Tag


def choices() -> list[Tag]:
    """Return what the page for writing offers, in rows of eight."""
    return [
        Tag(_("party, celebrate, confetti"), "🎉"),
        Tag(_("gift, present"), "🎁"),
        Tag(_("sparkles, new"), "✨"),
        Tag(_("star"), "⭐"),
        Tag(_("fire, hot"), "🔥"),
        Tag(_("rocket, launch"), "🚀"),
        Tag(_("bell, reminder"), "🔔"),
        Tag(_("megaphone, news"), "📣"),
        Tag(_("heart, love"), "❤️"),
        Tag(_("smile, happy"), "😊"),
        Tag(_("eyes with hearts, love"), "😍"),
        Tag(_("sunglasses, cool"), "😎"),
        Tag(_("thumbs up, good"), "👍"),
        Tag(_("clapping, bravo"), "👏"),
        Tag(_("waving, hello, goodbye"), "👋"),
        Tag(_("folded hands, thanks, please"), "🙏"),
        Tag(_("calendar, date"), "📅"),
        Tag(_("hourglass, last chance"), "⏳"),
        Tag(_("clock, time"), "⏰"),
        Tag(_("ticket, event"), "🎫"),
        Tag(_("music, concert"), "🎵"),
        Tag(_("camera, photo"), "📷"),
        Tag(_("video, film"), "🎬"),
        Tag(_("microphone, talk, podcast"), "🎙️"),
        Tag(_("shopping, bags"), "🛍️"),
        Tag(_("label, price"), "🏷️"),
        Tag(_("money, bag"), "💰"),
        Tag(_("parcel, delivery"), "📦"),
        Tag(_("house, home"), "🏠"),
        Tag(_("aeroplane, travel"), "✈️"),
        Tag(_("globe, world"), "🌍"),
        Tag(_("map pin, place"), "📍"),
        Tag(_("tulip, spring, flower"), "🌷"),
        Tag(_("seedling, plant, green"), "🌱"),
        Tag(_("sun, summer"), "☀️"),
        Tag(_("falling leaf, autumn"), "🍂"),
        Tag(_("snowflake, winter"), "❄️"),
        Tag(_("Christmas tree"), "🎄"),
        Tag(_("pumpkin, Halloween"), "🎃"),
        Tag(_("coffee, tea, cup"), "☕"),
        Tag(_("cake, birthday"), "🎂"),
        Tag(_("wine, cheers"), "🍷"),
        Tag(_("light bulb, idea, tip"), "💡"),
        Tag(_("book, reading"), "📚"),
        Tag(_("pencil, writing, survey"), "✏️"),
        Tag(_("chart, growth, report"), "📈"),
        Tag(_("tick, done, yes"), "✅"),
        Tag(_("arrow, next"), "➡️"),
    ]
