"""The installer, which runs on a bare Python: what it says when something is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import install

BASE = Path(__file__).resolve().parent.parent.parent
SETUP = """
from setuptools import Extension, setup
setup(name="needs-a-compiler", version="1", ext_modules=[Extension("needed", ["needed.c"])])
"""
# What pip 23 said on a Debian without a compiler, shortened to the lines that tell.
LEGACY = """Collecting argon2-cffi==25.1.0
Collecting python-Levenshtein==0.12.2
  Preparing metadata (setup.py): finished with status 'done'
  Running setup.py install for python-Levenshtein: finished with status 'error'
      error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory
"""
CMAKE = """Collecting argon2-cffi-bindings==26.2.0
  Building wheel for argon2-cffi-bindings (pyproject.toml): finished with status 'error'
        Could not find the compiler specified in the environment variable CC:
"""
RUST = """Collecting argon2-cffi==25.1.0
Collecting css-inline==0.24.0
  Getting requirements to build wheel: finished with status 'done'
  Preparing metadata (pyproject.toml): started
  Preparing metadata (pyproject.toml): finished with status 'error'
      httpx.ConnectError: [Errno -2] Name or service not known
"""
OFFLINE = """WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('
Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')'
ERROR: Could not find a version that satisfies the requirement amqp==5.4.2
"""
WITHDRAWN = "ERROR: Could not find a version that satisfies the requirement amqp==5.4.2 (from)"
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
NO_VENV = """The virtual environment was not created successfully because ensurepip is not
available.  On Debian/Ubuntu systems, you need to install the python3-venv"""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (LEGACY, "python-Levenshtein has no ready-made wheel"),
        (CMAKE, "argon2-cffi-bindings has no ready-made wheel"),
        (RUST, "css-inline has no ready-made wheel"),
        (OFFLINE, "The package index cannot be reached"),
        (WITHDRAWN, "The package index does not hold amqp==5.4.2."),
        (FULL, "The disk is full"),
        ("ERROR: Something new.", "ERROR: Something new."),
        ("", "pip failed."),
    ],
)
def test_says_in_a_sentence_why_pip_failed(said, expected):
    assert install._reason(said).startswith(expected)


def test_asks_for_a_compiler_when_a_package_must_be_built_and_none_is_there(tmp_path):
    for name in ("config", "needed"):
        (tmp_path / name).mkdir()
    shutil.copy(BASE / "config" / "install.py", tmp_path / "config")
    (tmp_path / "needed" / "setup.py").write_text(SETUP)
    (tmp_path / "needed" / "needed.c").write_text("int nothing;")
    (tmp_path / "requirements.txt").write_text("./needed\n")
    without_compiler = {**os.environ, "PATH": str(tmp_path / "no-programs"), "CC": ""}
    run = subprocess.run(
        [sys.executable, "-I", "config/install.py"],
        cwd=tmp_path,
        env=without_compiler,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert "needs-a-compiler has no ready-made wheel for this machine" in run.stderr
    assert "apt install build-essential" in run.stderr
    assert "Traceback" not in run.stderr
    # What was half installed does not pass for whole.
    assert not (tmp_path / ".venv" / "installed").exists()


def test_an_ordinary_user_is_told_which_package_brings_venv(tmp_path, monkeypatch):
    """Debian's Python without python3-venv, in the words in which it refuses."""
    refused: subprocess.CompletedProcess[str] = subprocess.CompletedProcess([], 1, NO_VENV, "")
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(install, "_venv", lambda: refused)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(install.InstallError) as error:
        install._make_venv()
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert str(error.value) == (
        f"Python has no venv here: apt install python{version}-venv (as root), then try again."
    )
