"""The page of a link that leads nowhere: complete in itself, for hosts without Django."""

POLICY = ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")

NOT_FOUND = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>This link does not work</title>
<style>
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 32rem; }
body { margin: 20vh auto; padding: 0 1.5rem; }
body { margin: 20vh auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; }
</style>
</head>
<body>
<h1>This link does not work</h1>
<p>It may have been cut off on its way to you. Try to click it in the mail itself, or copy the
whole address into your browser.</p>
</body>
</html>
"""
