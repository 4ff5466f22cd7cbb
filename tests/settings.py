"""The product's own settings, read in the environment of a test run."""

from tests import environment

environment.prepare()

from config.settings import *  # noqa: E402, F403  # The environment comes first.
