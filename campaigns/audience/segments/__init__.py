"""Segments: saved questions about people. See docs/segments.md."""
