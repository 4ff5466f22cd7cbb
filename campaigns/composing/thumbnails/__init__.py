"""Small pictures of campaigns, taken by a Chromium without a screen where there is one."""
